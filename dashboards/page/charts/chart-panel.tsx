/** One panel: title, legend that says the values under the crosshair, chart, CSV, and the table behind it. */
import { useMemo, useState } from 'preact/hooks';
import { DOUBTS } from '../../../sensors/flag.ts';
import { formatValue, type Language } from '../../../sensors/format.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Alarm } from '../feed/alarm-list.ts';
import { useLanguage } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { labelOf } from '../feed/catalog.ts';
import { type ChartPanelDefinition, fieldsOf } from '../feed/panels.ts';
import { intervalsBetween, profileOf } from '../feed/season.ts';
import { formatMoment } from '../language/format-time.ts';
import { say } from '../language/words.ts';
import { Icon } from '../tiles/icon.tsx';
import { marksOf } from './alarm-marks.ts';
import { Chart } from './chart.tsx';
import { type Columns, columnsOf, msAt } from './columns.ts';
import { csvOf } from './csv.ts';
import { DataTable, wordsOf } from './data-table.tsx';
import type { EventMark } from './event-marks.ts';
import { type Line, linesOf } from './lines.ts';
import { csvColumnsOf, download } from './panel-csv.ts';
import { shareWords } from './shares.ts';
import type { SeriesAnswer } from './use-series.ts';
import { sitesWithoutData } from './without-data.ts';

interface Props {
  readonly panel: ChartPanelDefinition;
  readonly kind: Kind;
  readonly devices: readonly DeviceCard[];
  readonly answer: SeriesAnswer;
  /** Alarms of the site. */
  readonly alarms: readonly Alarm[];
  /** What people did there. */
  readonly events: readonly EventMark[];
  readonly onWindow: (window: readonly [number, number] | undefined) => void;
  /** Full width and tall, with these lines beside those of the panel. */
  readonly story?: readonly Line[] | undefined;
}

const STORY_HEIGHT = 320;

export function ChartPanel({ panel, kind, devices, answer, alarms, events, onWindow, story }: Props) {
  const { language, word } = useLanguage();
  const [pointed, setPointed] = useState<number>();
  const [isTableOpen, setTableOpen] = useState(false);
  const lines = useMemo(
    () => [...linesOf(kind, panel.query.quantities, devices, answer), ...(story ?? [])],
    [panel, kind, answer, devices[0]?.season, story],
  );
  const columns = useMemo(
    () =>
      columnsOf(
        lines.flatMap(({ points, least, most }) => [points, least, most]),
        answer.stepMs,
      ),
    [lines, answer.stepMs],
  );
  const marks = useMemo(() => marksOf(alarms, lines), [alarms, lines]);
  const nameOf = (line: (typeof lines)[number]) => nameIn(devices, line, language);
  const save = () =>
    download(
      csvOf(columns.times, csvColumnsOf(lines, columns)),
      `${devices[0]?.device.site}-${fieldsOf(panel)[0]}.csv`,
    );
  const title = headline(panel.title[language]);
  const without = answer.isLoading ? [] : sitesWithoutData(devices, lines);
  return (
    <figure class={story ? 'card panel story' : 'card panel'} data-panel={fieldsOf(panel)[0]}>
      <figcaption>
        <h2>{title}</h2>
        <span class="panel-tools">
          <button type="button" aria-label={`${word('csv')} · ${title}`} title={word('csv')} onClick={save}>
            <Icon name="download" />
          </button>
        </span>
      </figcaption>
      {lines.length === 0 ? (
        <p class={answer.isLoading ? 'chart bone' : 'chart empty'}>
          {answer.isLoading ? '' : answer.hasFailed ? word('failed') : word('noData')}
        </p>
      ) : (
        <>
          <Legend lines={lines} columns={columns} nameOf={nameOf} pointed={pointed} isLoading={answer.isLoading} />
          {without.length > 0 && (
            <p class="note without-data">
              {without.map((label) => label[language]).join(language === 'zh' ? '、' : ', ')}: {word('noData')}
            </p>
          )}
          <Chart
            lines={lines}
            columns={columns}
            answer={answer}
            label={marks.length === 0 ? title : `${title} · ${word('alarms')} ${marks.length}`}
            alarms={marks}
            events={events}
            height={story && STORY_HEIGHT}
            onPoint={setPointed}
            onWindow={onWindow}
          />
          <Note lines={lines} columns={columns} answer={answer} />
          <details onToggle={(event) => setTableOpen(event.currentTarget.open)}>
            <summary>
              {word('table')}
              <span class="unseen"> {title}</span>
            </summary>
            {isTableOpen && (
              <DataTable title={title} lines={lines} nameOf={nameOf} columns={columns} stepMs={answer.stepMs} />
            )}
          </details>
        </>
      )}
    </figure>
  );
}

interface LegendProps {
  readonly lines: readonly Line[];
  readonly columns: Columns;
  readonly nameOf: (line: Line) => string;
  /** Index of the moment under the pointer. */
  readonly pointed: number | undefined;
  readonly isLoading: boolean;
}

/** Each line's value at the pointer, otherwise its newest. */
function Legend({ lines, columns, nameOf, pointed, isLoading }: LegendProps) {
  const { language, word } = useLanguage();
  const at = pointed ?? columns.times.length - 1;
  const momentOf = (seconds: number | undefined) =>
    seconds !== undefined ? formatMoment(seconds * 1000, language) : isLoading ? '' : word('noData');
  return (
    <ul class="legend">
      {lines.map((line, index) => {
        const doubtful = pointed === undefined ? undefined : columns.flags[index * 3]?.get(at);
        const share = shareWords(line.shares.get(msAt(columns.times[at])), language);
        const value = pointed === undefined ? line.points.at(-1)?.[1] : nearest(columns.values[index * 3], at);
        return (
          <li key={line.key}>
            <i class={line.isRaw ? 'swatch raw' : `swatch series-${index % 6}`} />
            {nameOf(line)} <b>{value == null ? '–' : formatValue(line.field, value, language)}</b>
            {doubtful && <small class="doubt"> {wordsOf(doubtful, language)}</small>}
            {pointed !== undefined && share !== '' && <small class="doubt"> {share}</small>}
          </li>
        );
      })}
      <li class="legend-time">{momentOf(columns.times[at])}</li>
    </ul>
  );
}

interface NoteProps {
  readonly lines: readonly Line[];
  readonly columns: Columns;
  readonly answer: SeriesAnswer;
}

/** What to know about the curves: means or raw values, limits, doubtful, missing and late values. */
function Note({ lines, columns, answer }: NoteProps) {
  const { language, word } = useLanguage();
  const flags = new Set(columns.flags.flatMap((each) => [...each.values()].flat()));
  const doubts = [...flags].filter((flag) => DOUBTS.includes(flag));
  const leftOut = lines.reduce((sum, line) => sum + line.leftOut, 0);
  const isIncomplete = lines.some(({ shares }) => [...shares.values()].some((share) => share.isIncomplete));
  return (
    <p class="note panel-note">
      {word(answer.isAggregated ? 'means' : 'raw')}
      {limitsWords(lines[0], answer, language)}
      {doubts.length > 0 && (
        <span class="suspect">
          {word('flagged')} · {wordsOf(doubts, language)}
        </span>
      )}
      {leftOut > 0 && (
        <span class="left-out">
          {word('leftOut')} {leftOut}
        </span>
      )}
      {lines.some(({ isRaw }) => isRaw) && <span class="as-measured">{word('correctedShown')}</span>}
      {isIncomplete && <span class="suspect">{word('incomplete')}</span>}
      {flags.has('late') && <span class="late">{word('backfilled')}</span>}
    </p>
  );
}

/** A field's name as a title; pH stays pH. */
const headline = (text: string) => text.replace(/^[a-z](?![A-Z])/, (letter) => letter.toUpperCase());

/** With one device the field is enough; with several sites the site is named, and the device if its site has several. */
function nameIn(devices: readonly DeviceCard[], { field, device }: Line, language: Language): string {
  const isOfSite = ({ device: { park, site } }: DeviceCard) =>
    park === device.device.park && site === device.device.site;
  const own = devices.filter(isOfSite);
  const parts = [field.label];
  if (own.length < devices.length) parts.push(device.siteLabel);
  if (own.length > 1) parts.push(labelOf(device.device.label, device.device.device));
  return parts.map((label) => label[language]).join(' · ');
}

/** The profile in force in the shown range; if it changes within, the ribbon names each. */
function limitsWords(line: Line | undefined, { from, to }: SeriesAnswer, language: Language): string {
  if (line === undefined) return '';
  const shown = intervalsBetween(line.bands, from, to).filter(({ band }) => band !== undefined);
  if (new Set(shown.map(({ band }) => JSON.stringify(band))).size > 1) return ` · ${say('limitsByStage', language)}`;
  const profile = shown[0] && profileOf(line.device.season, shown[0].from);
  return profile ? ` · ${say('profile', language)} ${profile.label[language]}` : '';
}

type Column = readonly (number | null | undefined)[] | undefined;

function nearest(column: Column, at: number): number | null | undefined {
  for (let index = at; index >= 0 && index > at - 3; index--) if (column?.[index] != null) return column[index];
  return undefined;
}
