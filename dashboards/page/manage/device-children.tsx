/** The children of a gateway: who they are, by which names messages mean them, when each was last heard of; and another one for it. */
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import { keyOf } from '../feed/latest.ts';
import { changeDevice } from '../feed/places.ts';
import { formatRoute } from '../feed/route.ts';
import { useAction } from '../views/use-action.ts';
import { DeviceState } from './device-state.tsx';
import { SelectField, TextField } from './fields.tsx';

interface Props {
  readonly device: DeviceInfo;
}

export function DeviceChildren({ device }: Props) {
  const { word, language, state, route, fleet } = useAppContext();
  const { run, isBusy, problem } = useAction(fleet.reload);
  const { park } = device;
  const others = state.catalog.devices.filter((each) => each.park === park && each.device !== device.device);
  const children = others.filter(({ gateway }) => gateway === device.device);
  const nameOf = (each: DeviceInfo) => each.label?.[language] ?? each.device;
  const hrefOf = (each: DeviceInfo) =>
    formatRoute({ view: 'manage', park, device: each.device, language, range: route.range });
  return (
    <section class="card" aria-labelledby="children-title">
      <h2 id="children-title">{word('childrenOf')}</h2>
      <p class="note">{word('childrenNote')}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={device.isGateway === true}
          disabled={isBusy}
          onChange={(event) => {
            const isGateway = event.currentTarget.checked;
            void run(() => changeDevice(park, device.device, { isGateway }));
          }}
        />
        {word('isGateway')}
      </label>
      {children.length > 0 && (
        <ul class="children">
          {children.map((child) => (
            <li key={child.device}>
              <a href={hrefOf(child)}>{nameOf(child)}</a>{' '}
              <span class="note">{[...(child.ids ?? []), ...(child.topics ?? [])].join(' · ')}</span>{' '}
              <DeviceState device={child} row={state.rows.get(keyOf(child))} />
            </li>
          ))}
        </ul>
      )}
      {device.isGateway === true && (
        <AddChild
          device={device}
          candidates={others.filter((each) => each.gateway === undefined && each.isGateway !== true)}
          nameOf={nameOf}
        />
      )}
      <p role="status" class="problem">
        {problem}
      </p>
    </section>
  );
}

interface AddProps extends Props {
  readonly candidates: readonly DeviceInfo[];
  readonly nameOf: (device: DeviceInfo) => string;
}

/** Devices are made on their site; here they are put behind the gateway. */
function AddChild({ device, candidates, nameOf }: AddProps) {
  const { word, fleet } = useAppContext();
  const { run, isBusy, problem } = useAction(fleet.reload);
  const [chosen, setChosen] = useState<string>();
  const [id, setId] = useState('');
  const child = candidates.find((each) => each.device === chosen) ?? candidates[0];
  if (child === undefined) return <p class="note">{word('noCandidates')}</p>;
  const submit = async () => {
    const ids = id.trim() === '' ? {} : { ids: [...(child.ids ?? []), id.trim()] };
    const done = await run(() => changeDevice(device.park, child.device, { gateway: device.device, ...ids }));
    if (done !== undefined) setId('');
  };
  return (
    <form
      class="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SelectField
        label={word('childField')}
        value={child.device}
        groups={[{ options: candidates.map((each) => [each.device, nameOf(each)]) }]}
        onChoose={setChosen}
      />
      <TextField label={word('childId')} value={id} onInput={setId} isOptional maxLength={64} />
      <button type="submit" class="primary" disabled={isBusy}>
        {word('addChild')}
      </button>
      <p role="status" class="problem">
        {problem}
      </p>
    </form>
  );
}
