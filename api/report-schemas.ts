/** What reports take and answer. */
import { type Static, Type } from 'typebox';
import { REPORT_NAMES } from '../reports/report.ts';
import { Exact, Label, List, OneOf, Slug, Text, Time, Where } from './schemas.ts';

export const LANGUAGES = ['zh', 'en'] as const;

export const reportParts = {
  report: OneOf(REPORT_NAMES),
  park: Slug,
  site: Where.site,
  device: Where.device,
};

export const ReportQuery = Exact({
  ...reportParts,
  park: Type.Optional({ ...Slug, description: 'absent: the only one that the caller sees' }),
  at: Type.Optional(Text('a moment of the day, week or season; absent: the last whole one, of seasons the newest', 40)),
  from: Type.Optional(Text('of a trip', 40)),
  to: Type.Optional(Text('of a trip', 40)),
  lang: Type.Optional(OneOf(LANGUAGES, { description: 'of the HTML and the PDF; default zh' })),
  format: Type.Optional(
    OneOf(['json', 'html', 'pdf'], {
      description: 'default json; pdf needs a Chromium on the machine of the platform',
    }),
  ),
});
export type ReportQuery = Static<typeof ReportQuery>;

const CellAnswer = Exact({
  value: Type.Optional(Type.Number()),
  unit: Type.Optional(Type.String({ description: 'as people write it' })),
  decimals: Type.Optional(Type.Integer()),
  time: Type.Optional(Time('a moment')),
  text: Type.Optional(Exact({ zh: Type.String(), en: Type.String() })),
  link: Type.Optional(
    Exact({ park: Slug, site: Slug, from: Type.Number(), to: Type.Number() }, { description: 'chart behind it' }),
  ),
  isIncomplete: Type.Optional(Type.Boolean({ description: 'the window behind it is covered by less than 90 %' })),
  state: Type.Optional(OneOf(['warning', 'critical'])),
});

const Words = Exact({ zh: Type.String(), en: Type.String() });

export const ReportAnswer = Exact({
  report: OneOf(REPORT_NAMES),
  subject: Label,
  park: Slug,
  from: Time('inclusive'),
  to: Time('exclusive'),
  madeAt: Time('when it was made'),
  version: Type.String({ description: 'of the program' }),
  sections: List(
    Exact({
      name: Type.String(),
      title: Words,
      facts: Type.Optional(List(Exact({ name: Type.String(), label: Words, cell: CellAnswer }))),
      table: Type.Optional(
        Exact({
          columns: List(Exact({ name: Type.String(), label: Words })),
          rows: List(Type.Record(Type.String(), CellAnswer), { description: 'by name of the column' }),
        }),
      ),
      charts: Type.Optional(
        List(
          Exact({
            label: Words,
            symbol: Type.String(),
            decimals: Type.Integer(),
            from: Time('begin'),
            to: Time('end'),
            gapMs: Type.Number({ description: 'a longer time without a value is a gap' }),
            curves: List(
              Exact({
                name: Type.String(),
                points: List(
                  Type.Unsafe<readonly [number, number]>({
                    type: 'array',
                    items: { type: 'number' },
                    minItems: 2,
                    maxItems: 2,
                    description: 'epoch ms, value',
                  }),
                ),
              }),
            ),
          }),
        ),
      ),
      note: Type.Optional(Words),
    }),
  ),
});
export type ReportAnswer = Static<typeof ReportAnswer>;

export const NewReportLink = Exact({
  ...reportParts,
  at: Type.Optional(Time('a moment of the day, week or season')),
  from: Type.Optional(Time('of a trip')),
  to: Type.Optional(Time('of a trip')),
  lang: Type.Optional(OneOf(LANGUAGES)),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 92, description: 'how long it is good; default 7' })),
});

export const ReportLink = Exact({ link: Type.String(), expiresAt: Time('from then on it is void') });
export type ReportLink = Static<typeof ReportLink>;
