/** What people wrote down, as the second table of a data package. */
import { isoOf } from '../base/beijing-time.ts';
import { csvLine } from '../base/csv.ts';
import type { FarmEvent } from '../journal/events.ts';

const text = (name: string, description: string) => ({ name, type: 'string', description });
const instant = (name: string, description: string) => ({
  ...{ name, type: 'datetime', format: 'any' as const },
  description: `${description}, ISO 8601 with its offset`,
});

/** Fields of a Frictionless schema, in the order of the columns. */
export const EVENT_COLUMNS = [
  instant('at', 'when it was done, or begun'),
  instant('until', 'when it ended'),
  ...[text('park', 'id'), text('site', 'id'), text('device', 'id'), text('kind', 'of the event')],
  { name: 'values', type: 'object', description: 'what is said of it, by name' },
  ...[text('note', 'in words'), text('by', 'who wrote it down')],
  instant('recorded', 'when it was written down'),
  text('id', 'of the record'),
] as const;

export function csvOfEvents(events: readonly FarmEvent[]): string {
  const lines = events.map(({ id, park, site, device = '', kind, at, until, by, note = '', values, recordedAt }) =>
    csvLine([
      ...[isoOf(at), until === undefined ? '' : isoOf(until), park, site, device, kind, JSON.stringify(values)],
      ...[note, by, isoOf(recordedAt), id],
    ]),
  );
  return csvLine(EVENT_COLUMNS.map(({ name }) => name)) + lines.join('');
}
