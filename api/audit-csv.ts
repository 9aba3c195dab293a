/** The audit trail as CSV, newest first, in Beijing time. */
import { isoOf } from '../base/beijing-time.ts';
import { csvLine } from '../base/csv.ts';
import type { AuditEntry } from '../bus/events.ts';

const PIECE = 65_536;
const HEADER = ['time', 'kind', 'user', 'name', 'address', 'action', 'park', 'where', 'before', 'after', 'refused'];

export async function* csvOfAudit(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  let text = csvLine(HEADER);
  for await (const { at, who, from = '', what, park = '', where = '', before, after, code = '' } of entries) {
    const changes = [before, after].map((each) => (each === undefined ? '' : JSON.stringify(each)));
    text += csvLine([isoOf(at), who.kind, who.id, who.name, from, what, park, where, ...changes, code]);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}
