/** Derived series of a site: degree days, oxygen debt, dry-downs, each with its formula and the chart behind each value. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatNumber, withSymbol } from '../../../sensors/format.ts';
import {
  type DerivedAnswer,
  type DerivedAsked,
  type DerivedDescription,
  type DerivedListAnswer,
  type DerivedWindow,
  derivedPath,
  loadDerived,
  loadDerivedList,
} from '../feed/analysis.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard, SiteCard } from '../feed/cards.ts';
import { formatRoute, RANGE_MS } from '../feed/route.ts';
import { formatDay, formatMoment } from '../language/format-time.ts';
import { NumberField, SelectField } from '../manage/fields.tsx';
import { Scroller } from '../views/scroller.tsx';
import { Bars } from './bars.tsx';

interface Props {
  readonly card: SiteCard;
  readonly cards: readonly SiteCard[];
}

/** A chart of six hours holds no night. */
const LEAST_MS = 14 * 86_400_000;
const WEATHER = 'weather_station';

export function DerivedFigures({ card, cards }: Props) {
  const { word } = useAppContext();
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="more derived" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('derivedFigures')}</summary>
      {isOpen && <Figures devices={devicesFor(card, cards)} />}
    </details>
  );
}

/** Its own; degree days of a paddy are those of the weather station of its park. */
function devicesFor(card: SiteCard, cards: readonly SiteCard[]): readonly DeviceCard[] {
  const stations = cards
    .filter(({ site }) => site.park === card.site.park && site.id !== card.site.id)
    .flatMap(({ devices }) => devices.filter(({ kind }) => kind.name === WEATHER));
  return card.devices.some(({ kind }) => kind.name === 'paddy_water') ? [...card.devices, ...stations] : card.devices;
}

function Figures({ devices }: { readonly devices: readonly DeviceCard[] }) {
  const { word, language } = useAppContext();
  const [list, setList] = useState<DerivedListAnswer>();
  const [chosen, setChosen] = useState('');
  useEffect(() => {
    void loadDerivedList().then(setList, () => undefined);
  }, []);
  const choices = (list?.series ?? []).flatMap((series) =>
    devices
      .filter(({ kind }) => series.kinds.includes(kind.name))
      .map((device) => ({ id: `${series.name} ${device.key}`, series, device })),
  );
  const current = choices.find(({ id }) => id === chosen) ?? choices[0];
  if (list === undefined || current === undefined) return null;
  const isOne = (name: string) => choices.filter(({ series }) => series.name === name).length === 1;
  const options = choices.map(({ id, series, device }) => {
    const whose = isOne(series.name) ? '' : ` · ${device.device.label?.[language] ?? device.device.device}`;
    return [id, `${series.label[language]}${whose}`] as const;
  });
  return (
    <>
      <p class="note">{word('derivedHelp')}</p>
      <Figure
        key={current.id}
        series={current.series}
        device={current.device}
        names={list.windows}
        choice={<SelectField label={word('figure')} value={current.id} groups={[{ options }]} onChoose={setChosen} />}
      />
    </>
  );
}

interface FigureProps {
  readonly series: DerivedDescription;
  readonly device: DeviceCard;
  readonly names: DerivedListAnswer['windows'];
  readonly choice: preact.ComponentChildren;
}

function Figure({ series, device: { device }, names, choice }: FigureProps) {
  const { word, language, route, fleet } = useAppContext();
  const [window, setWindow] = useState<string>(series.windows[0] ?? 'day');
  const [parameters, setParameters] = useState<Readonly<Record<string, string>>>({});
  const [from, to] = route.window ?? [undefined, undefined];
  const asked = useMemo((): DerivedAsked => {
    const end = to ?? fleet.now();
    const begin = Math.min(from ?? end - RANGE_MS[route.range], end - LEAST_MS);
    const names = { series: series.name, park: device.park, device: device.device, window };
    return { ...names, from: begin, to: end, parameters };
  }, [series.name, device.park, device.device, window, from, to, route.range, parameters]);
  const { answer, problem } = useDerived(asked);
  const found = answer?.devices[0];
  return (
    <>
      <div class="row-form">
        {choice}
        {series.windows.length > 1 && (
          <SelectField
            label={word('windowOfTime')}
            value={window}
            groups={[{ options: series.windows.map((name) => [name, names[name]?.[language] ?? name] as const) }]}
            onChoose={setWindow}
          />
        )}
        {Object.entries(series.parameters).map(([name, { label, unit, default: usual, range }]) => (
          <NumberField
            key={name}
            label={`${label[language]} [${unit}] · ${usual ?? word('fromProfile')}`}
            value={parameters[name] ?? ''}
            min={range[0] ?? 0}
            max={range[1] ?? 0}
            step="any"
            onInput={(value) => setParameters({ ...parameters, [name]: value })}
          />
        ))}
      </div>
      <p role="status" class="problem">
        {problem}
      </p>
      {found !== undefined && (
        <>
          <Bars windows={found.windows} label={series.label[language]} />
          {found.total && <Total series={series} total={found.total} />}
          <Table series={series} windows={found.windows} />
        </>
      )}
      {answer !== undefined && found === undefined && <p class="note">{word('noWindows')}</p>}
      <p class="note formula">
        {word('formula')} ({word('formulaVersion')} {series.version}): {series.formula}
        <br />
        {word('sourceOf')}: {series.source} ·{' '}
        <a href={`/api/v1${derivedPath(asked)}&format=csv`} download>
          {word('csv')}
        </a>
      </p>
    </>
  );
}

function useDerived(asked: DerivedAsked): { readonly answer?: DerivedAnswer; readonly problem: string } {
  const [found, setFound] = useState<{ readonly answer?: DerivedAnswer; readonly problem: string }>({ problem: '' });
  useEffect(() => {
    const gone = new AbortController();
    loadDerived(asked, gone.signal).then(
      (answer) => setFound({ answer, problem: '' }),
      (error: unknown) => {
        if (!gone.signal.aborted) setFound({ problem: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => gone.abort();
  }, [asked]);
  return found;
}

interface TotalProps {
  readonly series: DerivedDescription;
  readonly total: NonNullable<DerivedAnswer['devices'][number]['total']>;
}

function Total({ series, total: { value, complete, incomplete } }: TotalProps) {
  const { word } = useAppContext();
  return (
    <p>
      {word('sumOf')} <b>{withSymbol(series, formatNumber(value, series.decimals))}</b>{' '}
      <span class="note">
        ({complete} {word('completeWindows')}
        {incomplete > 0 && `, ${incomplete} ${word('windowsLeftOut')}`})
      </span>
    </p>
  );
}

interface TableProps {
  readonly series: DerivedDescription;
  readonly windows: readonly DerivedWindow[];
}

/** Newest first; each time is a link to the chart behind its value. */
function Table({ series, windows }: TableProps) {
  const { word, language, route } = useAppContext();
  const isOfMoment = windows.some(({ at }) => at !== undefined);
  const isLimited = windows.some(({ limit }) => limit !== undefined);
  const isInSeason = windows.some(({ seasonDay }) => seasonDay !== undefined);
  return (
    <Scroller label={series.label[language]}>
      <table>
        <thead>
          <tr>
            <th scope="col">{word('windowOfTime')}</th>
            {isInSeason && (
              <th scope="col" class="number">
                {word('seasonDay')}
              </th>
            )}
            <th scope="col" class="number">
              {series.label[language]}
            </th>
            {isOfMoment && <th scope="col">{word('time')}</th>}
            {isLimited && <th scope="col">{word('limitUsed')}</th>}
            <th scope="col" class="number">
              {word('covered')}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...windows].reverse().map(({ from, to, value, at, limit, profile, coverage, isComplete, seasonDay }) => (
            <tr key={from}>
              <th scope="row">
                <a href={formatRoute({ ...route, window: [from, to] })}>
                  {formatDay(from, language)}
                  {to - from > 86_400_000 && ` – ${formatDay(to - 1, language)}`}
                </a>
              </th>
              {isInSeason && <td class="number">{seasonDay ?? '–'}</td>}
              <td class="number">
                {value === null ? word('unknownValue') : withSymbol(series, formatNumber(value, series.decimals))}
                {isComplete === false && <small class="doubt"> {word('incompleteWindow')}</small>}
              </td>
              {isOfMoment && <td>{at === undefined ? '–' : formatMoment(at, language)}</td>}
              {isLimited && (
                <td>
                  {limit ?? '–'} <small>{profile}</small>
                </td>
              )}
              <td class="number">{coverage === undefined ? '–' : `${Math.round(coverage * 100)}%`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
