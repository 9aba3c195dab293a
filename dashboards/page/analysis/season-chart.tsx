/** A field over the season, this year beside earlier ones, against the day since stocking or sowing. */
import { useContext, useEffect, useState } from 'preact/hooks';
import { formatNumber, formatValue, withSymbol } from '../../../sensors/format.ts';
import type { Field, Kind } from '../../../sensors/kind.ts';
import { loadSeries } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { formatRoute } from '../feed/route.ts';
import { SiteJournalContext } from '../journal/use-site-journal.ts';
import { formatDay } from '../language/format-time.ts';
import { SelectField } from '../manage/fields.tsx';
import { Scroller } from '../views/scroller.tsx';
import { dayTicks, newestSeasons, type SeasonDay, type SeasonLine, seasonLine } from './season-axis.ts';

const MOST_SEASONS = 3;
const AGGREGATES = ['mean', 'min', 'max'] as const;
const DAY_MS = 86_400_000;

export function SeasonChart({ card }: { readonly card: SiteCard }) {
  const { word } = useAppContext();
  const { seasons } = useContext(SiteJournalContext);
  const [isOpen, setOpen] = useState(false);
  if (seasons.length === 0) return null;
  return (
    <details class="more season-chart" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('seasonBySeason')}</summary>
      {isOpen && <Chosen card={card} />}
    </details>
  );
}

function Chosen({ card }: { readonly card: SiteCard }) {
  const { word, language } = useAppContext();
  const choices = card.devices
    .filter(({ kind }, at, all) => !kind.isIntermittent && all.findIndex((each) => each.kind === kind) === at)
    .flatMap(({ kind }) => numbersOf(kind).map((field) => ({ id: `${kind.name} ${field.name}`, kind, field })));
  const [chosen, setChosen] = useState('');
  const [aggregate, setAggregate] = useState<string>('mean');
  const current = choices.find(({ id }) => id === chosen) ?? choices[0];
  const lines = useSeasons(card, current?.kind.name, current?.field.name, aggregate);
  if (current === undefined) return null;
  return (
    <>
      <div class="row-form">
        <SelectField
          label={word('field')}
          value={current.id}
          groups={[{ options: choices.map(({ id, field }) => [id, field.label[language]] as const) }]}
          onChoose={setChosen}
        />
        <SelectField
          label={word('ofTheDay')}
          value={aggregate}
          groups={[{ options: AGGREGATES.map((name) => [name, word(`${name}OfDay`)] as const) }]}
          onChoose={setAggregate}
        />
      </div>
      {lines !== undefined && <Lines lines={lines} field={current.field} />}
    </>
  );
}

const numbersOf = (kind: Kind) =>
  kind.primary.flatMap((name) => kind.fields.filter((field) => field.name === name && field.shape === 'number'));

function useSeasons({ site }: SiteCard, kind: string | undefined, field: string | undefined, aggregate: string) {
  const { fleet } = useAppContext();
  const { seasons } = useContext(SiteJournalContext);
  const [lines, setLines] = useState<readonly SeasonLine[]>();
  const key = seasons.map(({ from, to }) => `${from}-${to}`).join();
  useEffect(() => {
    if (kind === undefined || field === undefined) return;
    const gone = new AbortController();
    const shown = newestSeasons(seasons, MOST_SEASONS);
    const load = async (season: (typeof shown)[number]) => {
      const to = Math.min(season.to ?? Number.POSITIVE_INFINITY, fleet.now()) + 1;
      const asked = { kind, park: site.park, site: site.id, fields: [field], from: season.from, to };
      const found = await loadSeries({ ...asked, every: '1d', aggregates: AGGREGATES }, gone.signal);
      return seasonLine(season, found, aggregate, seasons);
    };
    void Promise.all(shown.map(load)).then(setLines, () => undefined);
    return () => gone.abort();
  }, [fleet, site.park, site.id, kind, field, aggregate, key]);
  return lines;
}

const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 48;
const BOTTOM = 34;
const TOP = 8;
const RIGHT = 10;

function Lines({ lines, field }: { readonly lines: readonly SeasonLine[]; readonly field: Field }) {
  const { word, language, route } = useAppContext();
  const values = lines.flatMap(({ days }) => days.map(({ value }) => value));
  if (values.length === 0) return <p class="note">{word('noData')}</p>;
  const last = Math.max(10, ...lines.flatMap(({ days }) => days.map(({ day }) => day)));
  const margin = (Math.max(...values) - Math.min(...values)) * 0.08 || 1;
  const [low, high] = [Math.min(...values) - margin, Math.max(...values) + margin];
  const x = (day: number) => LEFT + ((day - 1) / Math.max(1, last - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, 1, 2, 3].map((step) => low + ((high - low) * step) / 3);
  return (
    <>
      <ul class="season-key">
        {lines.map(({ name, season }, index) => (
          <li key={name} class={`s${index}`}>
            {name}{' '}
            <small>
              {formatDay(season.from, language)} – {season.to === undefined ? '' : formatDay(season.to, language)}
            </small>
          </li>
        ))}
      </ul>
      <svg class="season" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={field.label[language]}>
        {grid.map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} class="grid" />
            <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
              {formatNumber(value, field.decimals)}
            </text>
          </g>
        ))}
        {dayTicks(last).map((day) => (
          <text key={day} x={x(day)} y={HEIGHT - 18} text-anchor="middle">
            {day}
          </text>
        ))}
        <text x={(WIDTH + LEFT) / 2} y={HEIGHT - 3} text-anchor="middle">
          {word('seasonDay')}
        </text>
        {[...lines.entries()].reverse().map(([index, { name, days }]) => (
          <g key={name} class={`s${index}`}>
            <path d={pathOf(days, x, y)} />
            {days
              .filter(({ isIncomplete }) => isIncomplete)
              .map(({ day, value }) => (
                <circle key={day} cx={x(day)} cy={y(value)} r={2.5} />
              ))}
          </g>
        ))}
      </svg>
      <details>
        <summary>{word('table')}</summary>
        <Scroller label={`${word('table')} ${field.label[language]}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{word('seasonDay')}</th>
                {lines.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: last }, (_, index) => last - index).map((day) => (
                <tr key={day}>
                  <th scope="row">{day}</th>
                  {lines.map(({ name, days }) => {
                    const found = days.find((each) => each.day === day);
                    return (
                      <td key={name} class="number">
                        {found === undefined ? (
                          '–'
                        ) : (
                          <a href={formatRoute({ ...route, window: [found.time, found.time + DAY_MS] })}>
                            {field.shape === 'number'
                              ? withSymbol(field, formatNumber(found.value, field.decimals))
                              : formatValue(field, found.value, language)}
                          </a>
                        )}
                        {found?.isIncomplete && <small class="doubt"> {word('incompleteWindow')}</small>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      </details>
    </>
  );
}

/** Days without a value are gaps. */
function pathOf(days: readonly SeasonDay[], x: (day: number) => number, y: (value: number) => number): string {
  return days
    .map(({ day, value }, index) => {
      const isGap = day - (days[index - 1]?.day ?? Number.NEGATIVE_INFINITY) > 1;
      return `${isGap ? 'M' : 'L'}${x(day).toFixed(1)} ${y(value).toFixed(1)}${isGap ? 'h0' : ''}`;
    })
    .join('');
}
