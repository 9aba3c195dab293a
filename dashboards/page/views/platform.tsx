/** One subplatform: every site of it as a strip, its values beside its curve through the night, worst first. */
import { useMemo } from 'preact/hooks';
import type { Kind } from '../../../sensors/kind.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { RangeBar } from '../charts/range-bar.tsx';
import { useSeries } from '../charts/use-series.ts';
import type { SiteCard } from '../feed/cards.ts';
import { stripOf } from '../feed/panels.ts';
import { formatPlace, RANGE_MS } from '../feed/place.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { isVehicle, Vehicles } from '../map/vehicles.tsx';
import { MissionView } from '../mission/mission-view.tsx';
import { fliesMissions } from '../mission/use-mission.ts';
import { Nearness } from '../tiles/nearness.tsx';
import { SiteStrip } from '../tiles/site-strip.tsx';
import { StateMark } from '../tiles/state-mark.tsx';
import { Empty } from './emptiness.tsx';
import { Filters } from './filters.tsx';

export function Platform() {
  const { state, cards: all, place, language } = useSurroundings();
  const label = Object.entries(SUBPLATFORMS).find(([name]) => name === place.subplatform)?.[1];
  const here = all.filter(
    ({ site, devices }) =>
      (!place.park || site.park === place.park) && devices.some(({ kind }) => kind.subplatform === place.subplatform),
  );
  const kinds = [...state.catalog.kinds.values()]
    .filter(
      (each) =>
        each.subplatform === place.subplatform && here.some(({ devices }) => devices.some(({ kind }) => kind === each)),
    )
    // Missions come now and then: what is always watched goes first.
    .sort((one, other) => Number(one.isIntermittent ?? false) - Number(other.isIntermittent ?? false));
  return (
    <section class="platform">
      <div class="head">
        <h1>{label?.[language] ?? place.subplatform}</h1>
      </div>
      <Filters cards={here} />
      <RangeBar isPlain />
      {here.length === 0 && <Empty />}
      {kinds.map((kind) => {
        const cards = here.filter(
          (card) => card.devices.some((each) => each.kind === kind) && (!place.state || card.state === place.state),
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
  const { language, place } = useSurroundings();
  return (
    <section aria-labelledby={`kind-${kind.name}`}>
      <h2 id={`kind-${kind.name}`} class="kind-title">
        {kind.label[language]}
      </h2>
      <ul class="strips">
        {cards.map(({ site, devices, state }) => {
          const device = devices.find((each) => each.kind === kind);
          const address = formatPlace({ view: 'site', park: site.park, site: site.id, language, range: place.range });
          return (
            <li key={`${site.park}/${site.id}`} class={`card mission-card ${state}`} data-site={site.id}>
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
  const { fleet, place, language } = useSurroundings();
  const strip = useMemo(() => stripOf(kind), [kind]);
  const fields = useMemo(
    () => [...strip.curves, ...strip.switches, ...(strip.sum ? [strip.sum] : [])].map(({ name }) => name),
    [strip],
  );
  const intervals = cards.flatMap(({ devices }) => devices.map(({ intervalMs }) => intervalMs));
  const answer = useSeries({
    fleet,
    kind: kind.name,
    park: place.park,
    fields,
    aggregates: strip.sum ? AGGREGATES : MEAN,
    intervalMs: Math.min(...intervals, kind.intervalMs),
    mostPoints: POINTS,
    window: place.window,
    spanMs: place.window ? undefined : RANGE_MS[place.range],
  });
  const ofKind = cards.map((card) => ({ ...card, devices: card.devices.filter((each) => each.kind === kind) }));
  const vehicles = ofKind.flatMap(({ site, devices }) => devices.filter((each) => isVehicle(each, site.type)));
  return (
    <section aria-labelledby={`kind-${kind.name}`} aria-busy={answer.isLoading}>
      <h2 id={`kind-${kind.name}`} class={isAlone ? 'unseen' : 'kind-title'}>
        {kind.label[language]}
      </h2>
      <ul class="strips">
        <Nearness>
          {ofKind.map((card) => (
            <li key={`${card.site.park}/${card.site.id}`}>
              <SiteStrip card={card} kind={kind} strip={strip} answer={answer} />
            </li>
          ))}
        </Nearness>
      </ul>
      {vehicles.length > 0 && <Vehicles kind={kind} vehicles={vehicles} />}
    </section>
  );
}
