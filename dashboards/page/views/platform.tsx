/** One subplatform: a strip for every site with its values and its curve through the night, worst first. */

import { useMemo } from 'preact/hooks';
import { siteKey } from '../../../base/keys.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { RangeBar } from '../charts/range-bar.tsx';
import { useSeries } from '../charts/use-series.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { stripOf } from '../feed/panels.ts';
import { formatRoute, RANGE_MS } from '../feed/route.ts';
import { isVehicle, Vehicles } from '../map/vehicles.tsx';
import { MissionView } from '../mission/mission-view.tsx';
import { fliesMissions } from '../mission/use-mission.ts';
import { SiteStrip } from '../tiles/site-strip.tsx';
import { StateMark } from '../tiles/state-mark.tsx';
import { ViewportProvider } from '../tiles/viewport.tsx';
import { Empty } from './empty-state.tsx';
import { Filters } from './filters.tsx';

export function Platform() {
  const { state, cards: all, route, language } = useAppContext();
  const label = Object.entries(SUBPLATFORMS).find(([name]) => name === route.subplatform)?.[1];
  const here = all.filter(
    ({ site, devices }) =>
      (!route.park || site.park === route.park) && devices.some(({ kind }) => kind.subplatform === route.subplatform),
  );
  const kinds = [...state.catalog.kinds.values()]
    .filter(
      (each) =>
        each.subplatform === route.subplatform && here.some(({ devices }) => devices.some(({ kind }) => kind === each)),
    )
    // Missions are occasional: sites watched all the time come first.
    .sort((one, other) => Number(one.isIntermittent ?? false) - Number(other.isIntermittent ?? false));
  return (
    <section class="platform">
      <div class="head">
        <h1>{label?.[language] ?? route.subplatform}</h1>
      </div>
      <Filters cards={here} />
      <RangeBar isPlain />
      {here.length === 0 && <Empty />}
      {kinds.map((kind) => {
        const cards = here.filter(
          (card) => card.devices.some((each) => each.kind === kind) && (!route.state || card.state === route.state),
        );
        return fliesMissions(kind) ? (
          <KindMissions key={kind.name} kind={kind} cards={cards} />
        ) : (
          <KindStrips key={kind.name} kind={kind} cards={cards} isAlone={kinds.length === 1} />
        );
      })}
    </section>
  );
}

/** The newest mission of each field. */
function KindMissions({ kind, cards }: Omit<Props, 'isAlone'>) {
  const { language, route } = useAppContext();
  return (
    <section aria-labelledby={`kind-${kind.name}`}>
      <h2 id={`kind-${kind.name}`} class="kind-title">
        {kind.label[language]}
      </h2>
      <ul class="strips">
        {cards.map(({ site, devices, state }) => {
          const device = devices.find((each) => each.kind === kind);
          const address = formatRoute({ view: 'site', park: site.park, site: site.id, language, range: route.range });
          return (
            <li key={siteKey(site.park, site.id)} class={`card mission-card ${state}`} data-site={site.id}>
              <div class="tile-head">
                <h3>
                  <a href={address}>{site.label[language]}</a>
                </h3>
                <StateMark state={state} />
              </div>
              {device && <MissionView card={device} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Sums for rain. */
const AGGREGATES = ['mean', 'sum'] as const;
const MEAN = ['mean'] as const;
const POINTS = 144;

interface Props {
  readonly kind: Kind;
  readonly cards: readonly SiteCard[];
  readonly isAlone: boolean;
}

function KindStrips({ kind, cards, isAlone }: Props) {
  const { fleet, route, language } = useAppContext();
  const strip = useMemo(() => stripOf(kind), [kind]);
  const fields = useMemo(
    () => [...strip.curves, ...strip.switches, ...(strip.sum ? [strip.sum] : [])].map(({ name }) => name),
    [strip],
  );
  const intervals = cards.flatMap(({ devices }) => devices.map(({ intervalMs }) => intervalMs));
  const answer = useSeries({
    fleet,
    kind: kind.name,
    park: route.park,
    fields,
    aggregates: strip.sum ? AGGREGATES : MEAN,
    intervalMs: Math.min(...intervals, kind.intervalMs),
    mostPoints: POINTS,
    window: route.window,
    spanMs: route.window ? undefined : RANGE_MS[route.range],
  });
  const ofKind = cards.map((card) => ({ ...card, devices: card.devices.filter((each) => each.kind === kind) }));
  const vehicles = ofKind.flatMap(({ site, devices }) => devices.filter((each) => isVehicle(each, site.type)));
  return (
    <section aria-labelledby={`kind-${kind.name}`} aria-busy={answer.isLoading}>
      <h2 id={`kind-${kind.name}`} class={isAlone ? 'unseen' : 'kind-title'}>
        {kind.label[language]}
      </h2>
      <ul class="strips">
        <ViewportProvider>
          {ofKind.map((card) => (
            <li key={siteKey(card.site.park, card.site.id)}>
              <SiteStrip card={card} kind={kind} strip={strip} answer={answer} />
            </li>
          ))}
        </ViewportProvider>
      </ul>
      {vehicles.length > 0 && <Vehicles kind={kind} vehicles={vehicles} />}
    </section>
  );
}
