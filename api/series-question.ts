/** A query of `GET /series`, checked and completed: which readings, as which windows, with which corrections. */
import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { DaoyuError } from '../base/errors.ts';
import { type Correction, correctionsKnown } from '../corrections/correction.ts';
import type { TimeText } from '../exports/describe.ts';
import type { RecordBook } from '../journal/record-book.ts';
import type { Registry } from '../registry/registry.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { AGGREGATES, type Aggregate, type Every, type Quality } from '../store/store.ts';
import { coarserEvery, parseEvery } from '../store/window.ts';
import { seesAll } from './authorize.ts';
import { checkPlace, kindNamed } from './query-names.ts';
import type { SeriesQuery } from './series-schemas.ts';
import { parseRange, parseTime } from './time-range.ts';

export interface SeriesQuestion {
  readonly kind: Kind;
  readonly fields: readonly string[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly filter: {
    readonly kind: string;
    readonly park?: string;
    readonly site?: string;
    readonly device?: string;
  };
  readonly from: number;
  readonly to: number;
  /** Absent: raw readings. */
  readonly every?: Every;
  readonly aggregates: readonly Aggregate[];
  readonly quality: Quality;
  readonly values: 'corrected' | 'raw' | 'both';
  /** None for raw values. */
  readonly corrections: readonly Correction[];
  readonly isCsv: boolean;
  /** Form of times in CSV. */
  readonly timeText: TimeText;
}

export interface QuestionOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly clock: () => number;
}

/** Windows of `every=auto`: about one a pixel of a chart. */
const AUTO_WINDOWS = 1000;

/** `seen` is the part of the registry that the caller may read. */
export function parseSeriesQuestion(
  request: FastifyRequest,
  seen: Pick<Registry, 'parks' | 'sites' | 'devices'>,
  { kinds, corrections, clock }: QuestionOptions,
): SeriesQuestion {
  const query = request.query as Static<typeof SeriesQuery>;
  const kind = kindNamed(kinds, query.kind);
  checkPlace(seen, query);
  const park = parkOf(query.park, request, seen);
  const fields = fieldsOf(kind, query.fields);
  const { from, to } = parseRange(query.from ?? '-24h', query.to ?? 'now', clock());
  const every = everyOf(query.every, to - from);
  const aggregates = aggregatesOf(query.agg ?? 'mean');
  const { site, device, values = 'corrected' } = query;
  const isCsv = query.format === 'csv';
  const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, clock());
  if (isCsv && values === 'both')
    throw new DaoyuError(
      'REQUEST_INVALID',
      'values=both is for JSON only: ask for CSV once with values=raw and once with values=corrected',
    );
  return {
    ...{ kind, fields, from, to, aggregates, values, isCsv, timeText: query.time ?? 'iso' },
    byName: new Map(kind.fields.map((field) => [field.name, field])),
    filter: { kind: kind.name, ...(park && { park }), ...(site && { site }), ...(device && { device }) },
    ...(every && { every }),
    quality: query.quality ?? (every === undefined ? 'all' : 'good'),
    corrections: values === 'raw' ? [] : correctionsKnown(corrections.all(), asOf),
  };
}

/** A caller who does not see all parks must name one of theirs; with a single one it is the default. */
function parkOf(given: string | undefined, request: FastifyRequest, seen: Pick<Registry, 'parks'>): string | undefined {
  if (given !== undefined || seesAll(request)) return given;
  const own = seen.parks().map(({ id }) => id);
  const [only] = own;
  if (own.length === 1) return only;
  throw new DaoyuError('REQUEST_INVALID', `name a park: park= one of ${own.join(', ')}`);
}

function fieldsOf(kind: Kind, text: string | undefined): readonly string[] {
  const names =
    text === undefined || text === '' ? kind.primary : [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !kind.fields.some((field) => field.name === name));
  if (unknown.length === 0) return names;
  throw new DaoyuError(
    'FIELD_UNKNOWN',
    `${kind.name} has no field "${unknown.join(', ')}"; it has ${kind.fields.map((field) => field.name).join(', ')}`,
  );
}

function everyOf(text: string | undefined, rangeMs: number): Every | undefined {
  if (text === undefined || text === '') return undefined;
  return parseEvery(text === 'auto' ? coarserEvery(rangeMs, AUTO_WINDOWS) : text);
}

function aggregatesOf(text: string): readonly Aggregate[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !(AGGREGATES as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new DaoyuError('AGGREGATE_UNKNOWN', `agg "${unknown.join(', ')}" must be of ${AGGREGATES.join(', ')}`);
  return names as Aggregate[];
}
