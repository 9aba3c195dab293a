/** Of `POST /import`: what a person says of a file, and what comes of it. */
import { type Static, Type } from 'typebox';
import type { ColumnChoice } from '../imports/options.ts';
import { DECIMALS } from '../tables/decimals.ts';
import { TIME_FORMS } from '../tables/layout.ts';
import { DATE_ORDERS } from '../tables/local-time.ts';
import { ByName, Exact, List, Maybe, OneOf, Slug, Text, Time } from './schemas.ts';

export const ImportQuery = Exact({
  park: Slug,
  device: Slug,
  dryRun: Type.Optional({
    ...OneOf(['true', 'false']),
    description:
      'true: nothing is written; how the file is understood, its questions, and what would become of each row',
  }),
  name: Type.Optional(Text('of the file, for the audit trail', 200)),
  encoding: Type.Optional(Text('of a text file, such as gbk; absent: found out', 40)),
  separator: Type.Optional(Text('one character, or `tab`; absent: found out', 3)),
  decimal: Type.Optional(OneOf(DECIMALS, { description: 'absent: found out' })),
  sheet: Type.Optional(Text('of a workbook; absent: the first one', 100)),
  time: Type.Optional(Text('JSON array of headers: the column with the time, or those of date and clock', 500)),
  dates: Type.Optional(OneOf(DATE_ORDERS, { description: 'order of dates in numbers; absent: found out, or asked' })),
  zone: Type.Optional(
    Text('of times that name none: +08:00, UTC, Asia/Shanghai; absent: as the file says, else Beijing time', 60),
  ),
  at: Type.Optional(Text('time of day of dates without one, such as 08:00', 5)),
  rows: Type.Optional(
    Text('JSON object by header: what its cells must say, of a file with the rows of several devices', 2000),
  ),
  columns: Type.Optional(
    Text('JSON object by header: "field", {"field", "unit"}, or null to leave the column out', 20_000),
  ),
});
export type ImportQuery = Static<typeof ImportQuery>;

export const ColumnChoices = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Null(), Exact({ field: Type.String(), unit: Type.String() })]),
);
export const RowChoices = Type.Record(Type.String(), Type.String());
export type ColumnChoices = Readonly<Record<string, ColumnChoice>>;

export const QuestionAnswer = Exact({
  about: Type.String({ description: 'header, or what else is in doubt' }),
  option: OneOf(['columns', 'rows', 'dates', 'decimal', 'at', 'zone'], { description: 'which option answers it' }),
  message: Type.String({ description: 'each reading with what it would mean' }),
  choices: List(Type.String()),
});

const Count = (description: string) => Type.Integer({ description });

export const ImportAnswer = Exact({
  park: Slug,
  device: Slug,
  kind: Type.String(),
  dryRun: Type.Boolean(),
  file: Exact({
    format: OneOf(['text', 'xlsx']),
    encoding: Type.Optional(Type.String()),
    separator: Type.Optional(Type.String()),
    sheet: Type.Optional(Type.String()),
    sheets: Type.Optional(List(Type.String(), { description: 'visible ones' })),
    decimal: Type.String(),
    rows: Count('with data'),
    skipped: Count('lines above the header'),
  }),
  time: Exact({
    columns: List(Type.String()),
    form: OneOf(TIME_FORMS),
    order: Type.Optional(OneOf(DATE_ORDERS)),
    zone: Type.String(),
    zoneFrom: OneOf(['rows', 'file', 'told', 'assumed'], {
      description: 'assumed: neither the file nor the request says, so it is Beijing time',
    }),
    first: Type.Optional(Time('of the first measurement')),
    last: Type.Optional(Time('of the last one')),
  }),
  columns: List(
    Exact({
      column: Type.String({ description: 'header' }),
      field: Maybe(Type.String({ description: 'null: nothing is taken of it' })),
      unit: Maybe(Type.String({ description: 'as the file has it' })),
      unitFrom: Type.Optional(OneOf(['told', 'file', 'assumed'])),
      isTime: Type.Optional(Type.Literal(true)),
      note: Type.Optional(Type.String()),
      samples: List(Type.String()),
    }),
  ),
  preview: List(
    Exact({ time: Maybe(Time('measured')), values: ByName(Type.String({ description: 'with its unit' })) }),
    { description: 'the first rows, as they are understood' },
  ),
  questions: List(QuestionAnswer, { description: 'while there is one, nothing is imported' }),
  counts: Exact(
    {
      rows: Count('with data: the sum of the others, where no question is open'),
      new: Count('on the log for the first time'),
      duplicate: Count('there already'),
      refused: Count('in quarantine as a whole'),
      timeless: Count('without a time that can be read'),
      empty: Count('without a value'),
      remarks: Count('that are no measurement: sums, the header again, notes below the table'),
      others: Count('of another device, where `rows` says which count'),
    },
    { description: 'of rows; in a dry run what would become of them' },
  ),
  values: Count('taken'),
  doubted: Count('of those: spike, stuck, clock, startup'),
  refusals: List(
    Exact({
      code: Type.String({ description: 'see /docs/errors' }),
      field: Type.Optional(Type.String()),
      count: Type.Integer(),
      message: Type.String({ description: 'of the first one' }),
      rows: List(Type.Integer(), { description: 'the first ones; 1 is the row below the header' }),
    }),
    { description: 'of rows, and of single values whose neighbours were taken' },
  ),
  notes: List(Type.String(), { description: 'what was assumed, and what was left out' }),
});
export type ImportAnswer = Static<typeof ImportAnswer>;
