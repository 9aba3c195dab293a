/** Checks the names and times of a query: after it they may become part of a query's text. */
import { DaoyuError } from '../base/errors.ts';
import type { Kind } from '../sensors/kind.ts';
import type { SeriesQuery } from './store.ts';

export function checkedKind(
  kinds: ReadonlyMap<string, Kind>,
  query: Pick<SeriesQuery, 'kind' | 'fields' | 'from' | 'to'>,
): Kind {
  const kind = kinds.get(query.kind);
  if (kind === undefined)
    throw new DaoyuError('KIND_UNKNOWN', `there is no kind ${query.kind}; known: ${[...kinds.keys()].join(', ')}`);
  const unknown = query.fields.filter((field) => !kind.fields.some(({ name }) => name === field));
  if (unknown.length > 0) {
    throw new DaoyuError(
      'FIELD_UNKNOWN',
      `${kind.name} has no field ${unknown.join(', ')}; it has ${kind.fields.map(({ name }) => name).join(', ')}`,
    );
  }
  if (!Number.isSafeInteger(query.from) || !Number.isSafeInteger(query.to))
    throw new DaoyuError('TIME_INVALID', 'from and to must be whole epoch milliseconds');
  return kind;
}
