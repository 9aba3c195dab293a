/** Management of parks, sites and devices. */
import { useAppContext } from '../feed/app-context.ts';
import { may, useMe } from '../feed/people.ts';
import { Skeleton } from '../views/empty-state.tsx';
import { DevicePage } from './device.tsx';
import { ParkPage } from './park.tsx';
import { Parks } from './parks.tsx';

export function Manage() {
  const { word, route, state } = useAppContext();
  const me = useMe();
  if (me === undefined) return <Skeleton />;
  if (!may(me, 'administer'))
    return (
      <div class="people">
        <h1>{word('manage')}</h1>
        <p class="note">{word('mayNotSee')}</p>
      </div>
    );
  const park = state.catalog.parks.find(({ id }) => id === route.park);
  if (park !== undefined && route.device !== undefined)
    return <DevicePage key={`${park.id}/${route.device}`} park={park} id={route.device} />;
  if (park !== undefined) return <ParkPage key={park.id} park={park} />;
  return <Parks mayAdd={may(me, 'administer', '*')} />;
}
