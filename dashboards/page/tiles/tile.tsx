/** One site: state, main value, trend, age and one sentence. The same layout for every kind. */

import { formatAge, formatAmount, formatValue, symbolOf } from '../../../sensors/format.ts';
import type { Field } from '../../../sensors/kind.ts';
import { silentAfterMs } from '../../../sensors/silence.ts';
import type { Point } from '../../../store/store.ts';
import { placeOf } from '../feed/alarm-list.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import { bandOf } from '../feed/bands.ts';
import type { DeviceCard, SiteCard } from '../feed/cards.ts';
import { formatRoute, type RangeName } from '../feed/route.ts';
import { AlarmLine } from './alarm-line.tsx';
import { effectOf } from './measured.tsx';
import { memo } from './memo.ts';
import { Outline } from './outline.tsx';
import { Sparkline } from './sparkline.tsx';
import { StateMark } from './state-mark.tsx';
import { trendPerHour } from './trend.ts';
import { useIsNearViewport } from './viewport.tsx';
import { reasonWords, worstWords } from './words-of.ts';

interface TileProps {
  readonly card: SiteCard;
  readonly range: RangeName;
}

/** Independent of the clock: only its face, rendered when near the viewport, is updated each second. */
export const Tile = memo(({ card, range }: TileProps) => {
  const { language } = useLanguage();
  const [isNear, ref] = useIsNearViewport<HTMLAnchorElement>();
  const { park, id: site, label } = card.site;
  return (
    <a
      ref={ref}
      class={`tile ${card.state}`}
      href={formatRoute({ view: 'site', park, site, language, range })}
      data-site={site}
    >
      {isNear ? (
        <Face card={card} />
      ) : (
        <Outline
          name={label[language]}
          state={card.state}
          sentence={reasonWords(card.devices[0], language)}
          heading="h2"
        />
      )}
    </a>
  );
});

function Face({ card }: { readonly card: SiteCard }) {
  const { language, state, alarmsOf, now, word } = useAppContext();
  const [lead] = card.devices;
  const { kind, row, intervalMs } = lead;
  const points = state.sparks.get(lead.key) ?? [];
  const [main, ...others] = kind.primary.flatMap((name) => kind.fields.filter((field) => field.name === name));
  return (
    <>
      <div class="tile-head">
        <h2>{card.site.label[language]}</h2>
        <StateMark state={card.state} />
      </div>
      <p class="tile-kind">
        {kind.label[language]}
        {card.devices.length > 1 && lead.device.label && ` · ${lead.device.label[language]}`}
      </p>
      {main && (
        <div class={`tile-main ${agedClass(lead, now, main)}`}>
          <BigValue field={main} value={row?.values[main.name]} />
          <Trend card={lead} field={main} points={points} />
        </div>
      )}
      {main && <Sparkline points={points} band={bandOf(lead.profile, main.name)} now={now} intervalMs={intervalMs} />}
      <dl class={`tile-row ${agedClass(lead, now)}`}>
        {others
          .flatMap((field) => {
            const value = row?.values[field.name];
            return value === undefined ? [] : [[field, value] as const];
          })
          .slice(0, 3)
          .map(([field, value]) => (
            <div key={field.name}>
              <dt>{field.label[language]}</dt>
              <dd data-field={field.name}>
                {formatValue(field, value, language)}
                {effectOf({ kind, values: row?.values, field: field.name })?.isMissing && (
                  <b class="measured missing"> {word('noPower')}</b>
                )}
              </dd>
            </div>
          ))}
      </dl>
      <AlarmLine alarms={alarmsOf.get(placeOf({ park: card.site.park, site: card.site.id })) ?? []} />
      <p class="tile-words">
        <span class="sentence">{worstWords(lead, points, now, language)}</span>
        <span class="age">{row?.time == null ? word('never') : formatAge(Math.max(0, now - row.time), language)}</span>
      </p>
    </>
  );
}

/** A value turns grey after its interval and more so when the device is silent; a doubtful one, such as a stuck value, at once. */
export function agedClass(card: DeviceCard, now: number, field?: Field): string {
  const { row, intervalMs, kind } = card;
  if (row?.time == null || (field && isDoubted(card, field))) return 'aged';
  const age = now - row.time;
  if (kind.isIntermittent) return age > 60_000 ? 'ageing' : '';
  return age > silentAfterMs(intervalMs) ? 'aged' : age > 1.5 * intervalMs ? 'ageing' : '';
}

const isDoubted = ({ assessment }: DeviceCard, { name }: Field) =>
  assessment.reasons.some(({ field, state }) => field === name && state === 'unknown');

export function BigValue({ field, value }: { readonly field: Field; readonly value: number | undefined }) {
  const { language } = useLanguage();
  const choice = value === undefined ? undefined : field.choices?.[value];
  return (
    <p class="big" data-field={field.name}>
      <span class="big-label">{field.label[language]}</span>
      <span class="big-number">
        {value === undefined ? '–' : choice ? choice[language] : formatAmount(field, value)}
      </span>
      {field.symbol !== '' && <span class="big-unit">{symbolOf(field, language)}</span>}
    </p>
  );
}

interface TrendProps {
  readonly card: DeviceCard;
  readonly field: Field;
  /** Trend of its last hours. */
  readonly points: readonly Point[];
}

/** Nothing if it would mislead: a stuck value is not steady. */
export function Trend({ card, field, points }: TrendProps) {
  const { now, word } = useAppContext();
  const perHour = card.kind.isIntermittent || isDoubted(card, field) ? undefined : trendPerHour(points, now);
  if (perHour === undefined) return null;
  const text = formatAmount(field, Math.abs(perHour));
  if (Number(text) === 0) return <p class="trend">→ {word('steady')}</p>;
  return (
    <p class="trend">
      {perHour > 0 ? '↗ +' : '↘ -'}
      {text}
      <span class="trend-unit">{word('perHour')}</span>
    </p>
  );
}
