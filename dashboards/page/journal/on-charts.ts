/** What the charts of a site show of its journal. */
import type { Language } from '../../../sensors/format.ts';
import type { EventMark } from '../charts/event-marks.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { ALL_FIELDS } from '../feed/journal.ts';
import type { SiteJournal } from './use-site-journal.ts';

/** Events of the site, and of the devices that a chart shows. */
export function marksFor(
  { events, kinds }: SiteJournal,
  devices: readonly DeviceCard[],
  language: Language,
): readonly EventMark[] {
  const shown = new Set(devices.map(({ device }) => device.device));
  return events
    .filter(({ device }) => device === undefined || shown.has(device))
    .map(({ kind, at }) => ({ at, name: kinds.find(({ name }) => name === kind)?.label[language] ?? kind }));
}

/** Fields of those devices that a correction touches: their charts show what was measured as well. */
export function rawFieldsOf({ corrections, park }: SiteJournal, devices: readonly DeviceCard[]): readonly string[] {
  const isShown = (id: string) => devices.some(({ device }) => device.park === park && device.device === id);
  const own = corrections.filter(
    ({ device, method }) => isShown(device) || (method.is === 'swap' && isShown(method.with)),
  );
  const all = devices.flatMap(({ kind }) => kind.fields.map(({ name }) => name));
  return [...new Set(own.flatMap(({ field }) => (field === ALL_FIELDS ? all : [field])))].sort();
}
