/** One site: its current values, and a chart for each panel of its kinds. */

import { createContext } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import type { Mission } from '../../../analysis/seeding/flight.ts';
import { siteKey } from '../../../base/keys.ts';
import type { Site } from '../../../registry/registry.ts';
import { formatAge, formatValue } from '../../../sensors/format.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { DerivedFigures } from '../analysis/derived-figures.tsx';
import { SeasonChart } from '../analysis/season-chart.tsx';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { RangeBar } from '../charts/range-bar.tsx';
import { besidesStory, type Story, storyOf, strips } from '../charts/story.ts';
import { useCommands } from '../charts/use-commands.ts';
import { useSeries } from '../charts/use-series.ts';
import { useSiteAlarms } from '../charts/use-site-alarms.ts';
import { type Alarm, placeOf } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import type { FarmEvent } from '../feed/journal.ts';
import { type ChartPanelDefinition, chartsOf, fieldsOf, otherCharts } from '../feed/panels.ts';
import { may, useMe } from '../feed/people.ts';
import { formatRoute, RANGE_MS } from '../feed/route.ts';
import { hasStages } from '../feed/season.ts';
import { Corrections } from '../journal/corrections.tsx';
import { EventForm } from '../journal/event-form.tsx';
import { FarmLog } from '../journal/farm-log.tsx';
import { marksFor, rawFieldsOf } from '../journal/on-charts.ts';
import { SiteJournalContext, useSiteJournal } from '../journal/use-site-journal.ts';
import { formatMoment } from '../language/format-time.ts';
import { areParked } from '../map/parked.ts';
import { isVehicle, Vehicles } from '../map/vehicles.tsx';
import { MissionView } from '../mission/mission-view.tsx';
import { fliesMissions } from '../mission/use-mission.ts';
import { Icon } from '../tiles/icon.tsx';
import { Measured } from '../tiles/measured.tsx';
import { StateMark } from '../tiles/state-mark.tsx';
import { agedClass, BigValue } from '../tiles/tile.tsx';
import { AlarmCard } from './alarm-card.tsx';
import { Compare } from './compare.tsx';
import { Controls } from './controls.tsx';
import { ExportReadings } from './export-readings.tsx';
import { ShareChart } from './share-chart.tsx';
import { StageWords } from './stage-words.tsx';
import { WhatIf } from './what-if.tsx';

const ChartAlarms = createContext<readonly Alarm[]>([]);

export function SiteView() {
  const { cards, state, route, language, word } = useAppContext();
  const card = cards.find(({ site }) => site.park === route.park && site.id === route.site);
  const chartAlarms = useSiteAlarms(route.park, route.site);
  const journal = useSiteJournal(route.park, route.site);
  const mayLog = may(useMe(), 'operate', route.park) && journal.kinds.length > 0;
  const [entry, setEntry] = useState<{ readonly corrects?: FarmEvent }>();
  if (card === undefined) {
    return (
      <section class="nothing">
        <h1>{word('siteUnknown')}</h1>
        <a class="button" href={formatRoute({ ...route, view: 'overview' })}>
          {word('back')}
        </a>
      </section>
    );
  }
  // Of a compared site, its first device of the kind.
  const beside = (route.compare ?? []).flatMap((wanted) => {
    const other = cards.find(({ site }) => siteKey(site.park, site.id) === wanted);
    const others = other?.devices ?? [];
    return others.filter((each, at) => others.findIndex(({ kind }) => kind === each.kind) === at);
  });
  const park = state.catalog.parks.find(({ id }) => id === card.site.park);
  const kinds = [...new Map(card.devices.map((each) => [each.kind.name, each])).values()];
  return (
    <section class="site">
      <div class="head">
        <a
          class="back"
          href={formatRoute({ view: 'overview', language, range: route.range })}
          aria-label={word('back')}
        >
          <Icon name="back" />
        </a>
        <div>
          <h1>{card.site.label[language]}</h1>
          <p class="note">{park?.label[language]}</p>
          <StageWords season={card.devices.find(({ season }) => hasStages(season))?.season ?? []} />
        </div>
        <StateMark state={card.state} />
        {mayLog && !entry && (
          <button type="button" class="log-work" onClick={() => setEntry({})}>
            {word('logWork')}
          </button>
        )}
      </div>
      {entry && (
        <section class="card" aria-label={word('logWork')}>
          <EventForm
            key={entry.corrects?.id ?? 'new'}
            journal={journal}
            siteType={card.site.type}
            devices={card.devices}
            corrects={entry.corrects}
            onEnd={() => setEntry(undefined)}
          />
        </section>
      )}
      <SiteAlarms site={card.site} />
      <div class="nows">
        {card.devices.map((device) => (
          <Now key={device.key} card={device} isAlone={card.devices.length === 1} />
        ))}
      </div>
      <Controls devices={card.devices} />
      <RangeBar />
      <Compare card={card} cards={cards} />
      <ShareChart card={card} />
      <ExportReadings card={card} />
      <SiteJournalContext.Provider value={journal}>
        <ChartAlarms.Provider value={chartAlarms}>
          {kinds.map((each) => (
            <KindCharts
              key={each.kind.name}
              devices={card.devices.filter(({ kind }) => kind === each.kind)}
              beside={beside.filter(({ kind }) => kind === each.kind)}
            />
          ))}
        </ChartAlarms.Provider>
        <SeasonChart card={card} />
      </SiteJournalContext.Provider>
      <DerivedFigures card={card} cards={cards} />
      <WhatIf card={card} />
      <FarmLog journal={journal} mayLog={mayLog} onCorrect={(corrects) => setEntry({ corrects })} />
      <Corrections journal={journal} devices={card.devices} />
    </section>
  );
}

/** Values and aerator, on the first screen of a phone too. */
const MOST_ALARMS = innerWidth < 700 ? 1 : 2;

/** At the top: what is wrong, since when, and who has acknowledged it. */
function SiteAlarms({ site: { park, id } }: { readonly site: Site }) {
  const { alarmsOf, route, language, word } = useAppContext();
  const me = useMe();
  const found = alarmsOf.get(placeOf({ park, site: id })) ?? [];
  if (found.length === 0) return null;
  return (
    <section class="site-alarms" aria-labelledby="site-alarms">
      <h2 id="site-alarms" class="unseen">
        {word('siteAlarms')}
      </h2>
      <ul class="alarm-list">
        {found.slice(0, MOST_ALARMS).map((alarm) => (
          <AlarmCard key={alarm.id} alarm={alarm} mayOperate={may(me, 'operate', alarm.park)} isBrief />
        ))}
      </ul>
      <a class="note" href={formatRoute({ view: 'alarms', park, language, range: route.range })}>
        {found.length > MOST_ALARMS && `${word('morePinned')} ${found.length - MOST_ALARMS} · `}
        {word('details')}
      </a>
    </section>
  );
}

function Now({ card, isAlone }: { readonly card: DeviceCard; readonly isAlone: boolean }) {
  const { language, now, word } = useAppContext();
  const { kind, row, assessment, device, profile } = card;
  const fields = kind.primary.flatMap((name) => kind.fields.filter((field) => field.name === name));
  const others = kind.fields.filter(({ name }) => !kind.primary.includes(name) && row?.values[name] !== undefined);
  return (
    <div class={`card now ${assessment.state}`}>
      {!isAlone && <h2>{device.label?.[language] ?? device.device}</h2>}
      <div class="now-values">
        {fields.map((field) => (
          <div key={field.name} class={agedClass(card, now, field)}>
            <BigValue field={field} value={row?.values[field.name]} />
            <Measured kind={kind} values={row?.values} field={field.name} />
          </div>
        ))}
      </div>
      <ul class="reasons">
        {assessment.reasons.map((reason) => (
          <li key={`${reason.code}${reason.field ?? ''}`} class={reason.state}>
            {reason.label[language]}
          </li>
        ))}
        {assessment.reasons.length === 0 && <li class="good">{word('allGood')}</li>}
      </ul>
      <p class="note">
        {row?.time == null ? word('never') : formatAge(Math.max(0, now - row.time), language)}
        {profile && ` · ${word('profile')} ${profile.label[language]} v${profile.version}`}
      </p>
      {others.length > 0 && (
        <details>
          <summary>{word('allValues')}</summary>
          <dl class="all-values">
            {others.map((field) => (
              <div key={field.name}>
                <dt>{field.label[language]}</dt>
                <dd>{formatValue(field, row?.values[field.name] ?? Number.NaN, language)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

interface KindChartsProps {
  readonly devices: readonly DeviceCard[];
  /** Of other sites, drawn into the same charts. */
  readonly beside: readonly DeviceCard[];
}

function KindCharts({ devices, beside }: KindChartsProps) {
  const { word, state } = useAppContext();
  const { route, now, language } = useAppContext();
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState<Mission>();
  const kind = devices[0]?.kind;
  const names = devices
    .flatMap(({ row }) => Object.keys(row?.values ?? {}))
    .sort()
    .join();
  const { panels, others, story } = useMemo(() => {
    if (kind === undefined) return { panels: [], others: [], story: undefined };
    // Not every device has every probe: a field that was never measured has no chart.
    const known = new Set(names.split(','));
    const measured = chartsOf(kind).filter((panel) => fieldsOf(panel).some((name) => known.has(name)));
    const told = storyOf(kind, measured, known);
    return {
      panels: besidesStory(told, measured),
      others: otherCharts(kind, ({ name }) => known.has(name)),
      story: told,
    };
  }, [kind, names]);
  if (kind === undefined) return null;
  // Between missions nothing is measured: shows the last mission instead of empty charts.
  const mission = route.window === undefined && shown && now - shown.to > RANGE_MS[route.range] ? shown : undefined;
  const { site } = devices[0]?.device ?? {};
  const siteType = state.catalog.sites.find((each) => each.id === site && each.park === devices[0]?.device.park)?.type;
  const vehicles = devices.filter((each) => isVehicle(each, siteType ?? 'other'));
  const isParked = areParked(vehicles);
  return (
    <>
      {fliesMissions(kind) &&
        devices.map((each) => (
          <section key={each.key} class="card mission-card whole">
            <h2>{word('mission')}</h2>
            <MissionView card={each} isWhole onShown={setShown} />
          </section>
        ))}
      {vehicles.length > 0 && !isParked && <Vehicles kind={kind} vehicles={vehicles} />}
      {mission && (
        <p class="note">
          {word('lastMission')} {formatMoment(mission.from, language)} – {formatMoment(mission.to, language)}
        </p>
      )}
      <Panels kind={kind} devices={[...devices, ...beside]} panels={panels} story={story} mission={mission} />
      {vehicles.length > 0 && isParked && <Vehicles kind={kind} vehicles={vehicles} />}
      {others.length > 0 && (
        <details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            {word('moreFields')} ({others.length})
          </summary>
          {isOpen && <Panels kind={kind} devices={[...devices, ...beside]} panels={others} mission={mission} />}
        </details>
      )}
    </>
  );
}

interface PanelsProps {
  /** Shown unless the address names another time. */
  readonly mission?: Mission | undefined;
  readonly kind: Kind;
  readonly devices: readonly DeviceCard[];
  readonly panels: readonly ChartPanelDefinition[];
  /** Before the panels, across the page. */
  readonly story?: Story | undefined;
}

function Panels({ kind, devices, panels, mission, story }: PanelsProps) {
  const { route, fleet, go, language } = useAppContext();
  const alarms = useContext(ChartAlarms);
  const journal = useContext(SiteJournalContext);
  const names = devices.map(({ key }) => key).join();
  const events = useMemo(() => marksFor(journal, devices, language), [journal, names, language]);
  const window = route.window ?? (mission && ([mission.from, mission.to] as const));
  const fields = useMemo(() => {
    const told = story === undefined ? [] : [...fieldsOf(story.panel), ...story.drawn.map(({ by }) => by)];
    return [...new Set([...told, ...panels.flatMap(fieldsOf)])];
  }, [panels, story]);
  const commands = useCommands(devices, story !== undefined);
  const answer = useSeries({
    fleet,
    kind: kind.name,
    places: [...new Set(devices.map(({ device }) => siteKey(device.park, device.site)))],
    fields,
    rawFields: rawFieldsOf(journal, devices),
    intervalMs: Math.min(...devices.map((each) => each.intervalMs)),
    ...(window ? { window } : { spanMs: RANGE_MS[route.range] }),
  });
  const beneath = useMemo(
    () => story && strips(kind, story, devices, answer, commands),
    [kind, story, answer, commands, devices[0]?.season],
  );
  const shared = {
    ...{ kind, devices, answer, alarms, events },
    onWindow: (next: readonly [number, number] | undefined) =>
      go({ window: next }, !next || route.window ? 'replace' : undefined),
  };
  return (
    <div class="panels" aria-busy={answer.isLoading}>
      {story && <ChartPanel key="story" panel={story.panel} story={beneath} {...shared} />}
      {panels.map((panel) => (
        <ChartPanel key={panel.name} panel={panel} {...shared} />
      ))}
    </div>
  );
}
