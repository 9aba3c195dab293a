/** One site of a subplatform: current values on the left, its last hours on their band on the right. */
import { formatAge, formatValue } from '../../../sensors/format.ts';
import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Point } from '../../../store/store.ts';
import { linesOf } from '../charts/lines.ts';
import type { SeriesAnswer } from '../charts/use-series.ts';
import { useAppContext } from '../feed/app-context.ts';
import { bandsOf } from '../feed/bands.ts';
import type { DeviceCard, SiteCard } from '../feed/cards.ts';
import type { StripFields } from '../feed/panels.ts';
import { formatRoute } from '../feed/route.ts';
import { Outline } from './outline.tsx';
import { OutsideWords } from './outside-words.tsx';
import { StateMark } from './state-mark.tsx';
import { StripChart } from './strip-chart.tsx';
import { agedClass, BigValue, Trend } from './tile.tsx';
import { useIsNearViewport } from './viewport.tsx';
import { worstWords } from './words-of.ts';

interface Props {
  readonly card: Omit<SiteCard, 'devices'> & { readonly devices: readonly DeviceCard[] };
  readonly kind: Kind;
  readonly strip: StripFields;
  readonly answer: SeriesAnswer;
}

const MISSED_STEPS = 3;
const MOST_VALUES = 8;

export function SiteStrip(props: Props) {
  const { language, now, route, state } = useAppContext();
  const [isNear, ref] = useIsNearViewport<HTMLAnchorElement>();
  const { card } = props;
  const [lead] = card.devices;
  const { park, id: site, label } = card.site;
  const sentence = lead ? worstWords(lead, state.sparks.get(lead.key), now, language) : '';
  if (lead === undefined) return null;
  const address = formatRoute({
    view: 'site',
    park,
    site,
    language,
    range: route.range,
    ...(route.window && { window: route.window }),
  });
  return (
    <a ref={ref} class={`card site-strip ${card.state}`} href={address} data-site={site}>
      {isNear ? (
        <Face {...props} lead={lead} sentence={sentence} />
      ) : (
        <div class="strip-words">
          <Outline name={label[language]} state={card.state} sentence={sentence} heading="h3" />
        </div>
      )}
    </a>
  );
}

interface FaceProps extends Props {
  readonly lead: DeviceCard;
  readonly sentence: string;
}

function Face({ card, kind, strip, answer, lead, sentence }: FaceProps) {
  const { language, now, state, word, fleet } = useAppContext();
  const [main] = strip.curves;
  const bands = main ? bandsOf(lead.season, main.name) : [];
  const lines = linesOf(kind, strip.curves, card.devices, answer);
  const gapMs = MISSED_STEPS * Math.max(answer.stepMs, lead.intervalMs);
  const to = answer.isFollowing ? Math.max(answer.to, fleet.now()) : answer.to;
  const leadLine = lines.find(({ device, field }) => device === lead && field === main);
  return (
    <>
      <div class="strip-words">
        <div class="tile-head">
          <h3>{card.site.label[language]}</h3>
          <StateMark state={card.state} />
        </div>
        {main && (
          <div class={`tile-main ${agedClass(lead, now, main)}`}>
            <BigValue field={main} value={lead.row?.values[main.name]} />
            <Trend card={lead} field={main} points={state.sparks.get(lead.key) ?? []} />
          </div>
        )}
        <dl class={`strip-values ${agedClass(lead, now)}`}>
          {valuesOf(kind, lead, main).map(([field, value]) => (
            <div key={field.name}>
              <dt>{field.label[language]}</dt>
              <dd data-field={field.name}>{formatValue(field, value, language)}</dd>
            </div>
          ))}
        </dl>
        <p class="tile-words">
          <span class="sentence">{sentence}</span>
          <span class="age">
            {lead.row?.time == null ? word('never') : formatAge(Math.max(0, now - lead.row.time), language)}
          </span>
        </p>
      </div>
      <div class="strip-side">
        <p class="strip-legend">
          {lines.map((line, index) => (
            <span key={line.key}>
              {lines.length > 1 && <i class={`swatch series-${index % 6}`} aria-hidden="true" />}
              {line.field.label[language]}
              {card.devices.length > 1 && ` · ${line.device.device.label?.[language] ?? line.device.device.device}`}
            </span>
          ))}
          {leadLine && bands.some(({ band }) => band) && (
            <OutsideWords
              points={leadLine.points}
              spells={bands}
              from={to - (answer.to - answer.from)}
              to={to}
              gapMs={gapMs}
              holdsUntil={answer.isAggregated ? endOf(leadLine.points, answer.stepMs, to, lead) : undefined}
            />
          )}
        </p>
        {main && lines.length > 0 ? (
          <StripChart
            field={main}
            curves={lines.map((line, index) => ({
              key: line.key,
              name: line.field.label[language],
              points: line.points,
              colour: index,
            }))}
            ribbons={linesOf(kind, strip.switches, [lead], answer)}
            bars={strip.sum && linesOf(kind, [strip.sum], [lead], answer)[0]}
            bands={bands}
            season={lead.season}
            from={to - (answer.to - answer.from)}
            to={to}
            now={now}
            gapMs={gapMs}
            stepMs={answer.stepMs}
          />
        ) : (
          <p class={answer.isLoading ? 'strip-empty bone' : 'strip-empty'}>{!answer.isLoading && word('noData')}</p>
        )}
      </div>
    </>
  );
}

/** Until when the newest window was measured. */
function endOf(points: readonly Point[], stepMs: number, to: number, { row }: DeviceCard): number | undefined {
  const last = points.at(-1);
  return last && row?.time != null ? Math.min(last[0] + stepMs, to, row.time) : undefined;
}

/** Its other values, in the order of its panels. */
function valuesOf(kind: Kind, { row }: DeviceCard, main: Field | undefined): readonly (readonly [Field, number])[] {
  const names = new Set([...kind.primary, ...kind.panels.flatMap(({ fields }) => fields)]);
  return [...names]
    .flatMap((name) => {
      const field = kind.fields.find((each) => each.name === name);
      const value = row?.values[name];
      return field === undefined || field === main || value === undefined ? [] : [[field, value] as const];
    })
    .slice(0, MOST_VALUES);
}
