/** The description of an export: a Frictionless data package with what is ours in `daoyu`. */
import { Type } from 'typebox';
import { SHAPES } from '../exports/table.ts';
import { QUALITIES } from '../store/store.ts';
import { Method } from './correction-schemas.ts';
import { ByName, Exact, List, OneOf, Slug } from './schemas.ts';

const Instant = (description: string) => Type.String({ description: `${description}, RFC 3339` });

const ColumnAnswer = Exact({
  name: Type.String(),
  type: OneOf(['datetime', 'integer', 'number', 'string', 'object']),
  format: Type.Optional(Type.Literal('any')),
  title: Type.Optional(Type.String()),
  description: Type.String(),
  unit: Type.Optional(Type.String({ description: 'UCUM' })),
  unitLabel: Type.Optional(Type.String({ description: 'as people write it' })),
  constraints: Type.Optional(Exact({ minimum: Type.Number(), maximum: Type.Number() })),
  formula: Type.Optional(Type.String({ description: 'source of the formula where the platform worked it out' })),
  derivedFrom: Type.Optional(List(Type.String())),
});

const CorrectionShown = Exact({
  id: Type.String(),
  park: Slug,
  device: Slug,
  field: Type.String(),
  method: Method,
  reason: Type.String(),
  by: Type.String(),
  from: Instant('inclusive'),
  to: Instant('exclusive'),
  recordedAt: Instant('when it was written down'),
});

const Count = Type.Integer();

const CompletenessAnswer = Exact({
  at: Type.Integer({ description: 'epoch ms' }),
  log: Exact({ lastPosition: Type.Integer({ description: 'newest entry of the log then' }) }),
  store: Exact({ positions: ByName(Type.Integer(), { description: 'how far each writer of the store had come' }) }),
  ledger: List(
    Exact({
      ...{ park: Type.String(), device: Type.String() },
      ...{ received: Count, stored: Count, duplicate: Count, quarantined: Count, pending: Count },
    }),
  ),
  isComplete: Type.Boolean({ description: 'every entry of the log is counted, and none of these devices waits on it' }),
});

export const DataPackageAnswer = Exact({
  $schema: Type.String(),
  name: Type.String(),
  title: Type.String(),
  created: Instant('when it was asked for'),
  version: Type.String(),
  sources: List(Exact({ title: Type.String(), version: Type.String() })),
  resources: List(
    Exact({
      ...{ name: Type.String(), path: Type.String(), format: Type.String() },
      ...{ mediatype: Type.String(), encoding: Type.String() },
      schema: Exact({ fields: List(ColumnAnswer), missingValues: List(Type.String()) }),
    }),
  ),
  daoyu: Exact({
    kind: Type.String(),
    devices: List(Type.String({ description: 'park.device' })),
    from: Instant('inclusive'),
    to: Instant('exclusive'),
    timezone: Type.String(),
    shape: OneOf(SHAPES),
    quality: OneOf(QUALITIES),
    values: OneOf(['raw', 'corrected']),
    asOf: Type.Optional(Instant('what was written down by then')),
    corrections: List(CorrectionShown, { description: 'those in force' }),
    completeness: CompletenessAnswer,
  }),
});
