/** One site: state, the value that matters, how it moves, how old it is, and one sentence. The same anatomy for every kind. */
import { formatAge, formatNumber, formatValue } from '../../../sensors/format.ts';
import type { Field } from '../../../sensors/kind.ts';
import { bandOf } from '../feed/bands.ts';
import type { DeviceCard, SiteCard } from '../feed/cards.ts';
import { formatPlace } from '../feed/place.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { Sparkline } from './sparkline.tsx';
import { StateMark } from './state-mark.tsx';
import { trendPerHour } from './trend.ts';
import { worstWords } from './words-of.ts';

export function Tile({ card }: { readonly card: SiteCard }) {
  const { language, state, place, now, word } = useSurroundings();
  const lead = card.devices[0];
  const { kind, row, intervalMs } = lead;
  const fields = kind.primary.flatMap((name) => kind.fields.filter((field) => field.name === name));
  const [main, ...others] = fields;
  const points = state.sparks.get(lead.key) ?? [];
  const address = formatPlace({ view: 'site', park: card.site.park, site: card.site.id, language, range: place.range });
  return (
    <a class={`tile ${card.state}`} href={address} data-site={card.site.id}>
      <div class="tile-head">
        <h2>{card.site.label[language]}</h2>
        <StateMark state={card.state} />
      </div>
      <p class="tile-kind">
        {kind.label[language]}
        {card.devices.length > 1 && lead.device.label && ` · ${lead.device.label[language]}`}
      </p>
      {main && (
        <div class={`tile-main ${agedClass(lead, now)}`}>
          <BigValue field={main} value={row?.values[main.name]} />
          <Trend field={main} perHour={kind.isIntermittent ? undefined : trendPerHour(points, now)} />
        </div>
      )}
      {main && <Sparkline points={points} band={bandOf(lead.profile, main.name)} now={now} intervalMs={intervalMs} />}
      <dl class={`tile-row ${agedClass(lead, now)}`}>
        {others.slice(0, 3).map((field) => {
          const value = row?.values[field.name];
          return (
            <div key={field.name}>
              <dt>{field.label[language]}</dt>
              <dd data-field={field.name}>{value === undefined ? '–' : formatValue(field, value, language)}</dd>
            </div>
          );
        })}
      </dl>
      <p class="tile-words">
        <span class="sentence">{worstWords(lead, points, now, language)}</span>
        <span class="age">{row?.time == null ? word('never') : formatAge(Math.max(0, now - row.time), language)}</span>
      </p>
    </a>
  );
}

/** A value greys past its own interval and more so when it is silence. */
export function agedClass({ row, intervalMs, kind }: DeviceCard, now: number): string {
  if (row?.time == null) return 'aged';
  const age = now - row.time;
  if (kind.isIntermittent) return age > 60_000 ? 'ageing' : '';
  return age > 3 * intervalMs ? 'aged' : age > 1.5 * intervalMs ? 'ageing' : '';
}

export function BigValue({ field, value }: { readonly field: Field; readonly value: number | undefined }) {
  const { language } = useSurroundings();
  const choice = value === undefined ? undefined : field.choices?.[value];
  return (
    <p class="big" data-field={field.name}>
      <span class="big-label">{field.label[language]}</span>
      <span class="big-number">
        {value === undefined ? '–' : choice ? choice[language] : formatNumber(value, field.decimals)}
      </span>
      {field.symbol !== '' && <span class="big-unit">{field.symbol}</span>}
    </p>
  );
}

export function Trend({ field, perHour }: { readonly field: Field; readonly perHour: number | undefined }) {
  const { word } = useSurroundings();
  if (perHour === undefined) return null;
  const text = formatNumber(Math.abs(perHour), field.decimals);
  if (Number(text) === 0) return <p class="trend">→ {word('steady')}</p>;
  return (
    <p class="trend">
      {perHour > 0 ? '↗ +' : '↘ -'}
      {text}
      <span class="trend-unit">{word('perHour')}</span>
    </p>
  );
}
