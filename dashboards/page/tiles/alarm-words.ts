/** Place, start and acknowledgement of an alarm in words, the same wherever it is shown. */
import { midnightBefore } from '../../../base/beijing-time.ts';
import { formatDuration, type Language } from '../../../sensors/format.ts';
import type { Alarm } from '../feed/alarm-list.ts';
import type { Catalog } from '../feed/catalog.ts';
import { formatClock, formatMoment } from '../language/format-time.ts';
import { say } from '../language/words.ts';

/** Place of alarms of the platform itself. */
const PLATFORM = 'platform';

/** `竹溪 3 号塘 · 溶氧站`; the device only if its site has several. */
export function placeWords({ park, site, device }: Alarm, catalog: Catalog, language: Language): string {
  if (site === '') {
    const label = catalog.parks.find(({ id }) => id === park)?.label[language];
    const whole = say(park === PLATFORM ? 'thisPlatform' : 'wholePark', language);
    return label === undefined ? whole : `${label} · ${whole}`;
  }
  const label = catalog.sites.find((each) => each.park === park && each.id === site)?.label[language] ?? site;
  const beside = catalog.devices.filter((each) => each.park === park && each.site === site);
  if (device === undefined || beside.length < 2) return label;
  return `${label} · ${beside.find((each) => each.device === device)?.label?.[language] ?? device}`;
}

/** Beijing time; with the day if it is not today. */
export const clockWords = (time: number, now: number, language: Language) =>
  time >= midnightBefore(now) ? formatClock(time) : formatMoment(time, language);

/** `自 03:12 · 48 分钟`; for a closed alarm, until its end. */
export function sinceWords({ openedAt, clearedAt }: Alarm, now: number, language: Language): string {
  const lasted = formatDuration(Math.max(0, (clearedAt ?? now) - openedAt), language);
  const from = clockWords(openedAt, now, language);
  if (clearedAt !== undefined) return `${from}–${clockWords(clearedAt, now, language)} · ${lasted}`;
  return `${say('since', language)} ${from} · ${lasted}`;
}

/** A holder of the installation's token has no name; a person has. */
export const personWords = (by: string, language: Language) => (by === 'operator' ? say('operator', language) : by);

/** `无人确认`, `张三 已确认 03:20`. */
export function holderWords({ acknowledgedBy, acknowledgedAt }: Alarm, now: number, language: Language): string {
  if (acknowledgedBy === undefined) return say('nobodyYet', language);
  const at = acknowledgedAt === undefined ? '' : ` ${clockWords(acknowledgedAt, now, language)}`;
  return `${personWords(acknowledgedBy, language)} ${say('hasIt', language)}${at}`;
}
