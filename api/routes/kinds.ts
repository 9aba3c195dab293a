/** Sensor kinds with their fields. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Kind } from '../../sensors/kind.ts';
import { SUBPLATFORMS } from '../../sensors/subplatforms.ts';
import { ByName, Exact, Label, List, OneOf, Pair, Sentence } from '../schemas.ts';

export interface KindOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
}

const Field = Exact({
  name: Type.String({ description: 'the key in readings, in queries and in CSV headers' }),
  label: Label,
  unit: Type.String({ description: 'UCUM; `1` for a bare number' }),
  symbol: Type.String({ description: 'the unit as people write it' }),
  shown: Type.Optional(
    Exact(
      { symbol: Label, factor: Type.Number({ description: 'shown value per value' }), decimals: Type.Integer() },
      { description: 'the unit in which this installation shows it to people' },
    ),
  ),
  physical: Pair('inclusive; a value outside is refused'),
  normal: Type.Optional(Pair('healthy operation')),
  resolution: Type.Number({ description: 'smallest step of the sensor' }),
  decimals: Type.Integer(),
  shape: OneOf(['number', 'boolean', 'enum']),
  choices: Type.Optional(ByName(Label, { description: 'meaning of each value of an enumeration' })),
  sentinels: Type.Optional(List(Type.Number(), { description: 'values that stand for a broken probe' })),
  clampFrom: Type.Optional(Type.Number({ description: 'a small negative down to this one is stored as 0' })),
  maxStep: Type.Optional(Type.Number({ description: 'largest believable step within a minute' })),
  intervalMs: Type.Optional(
    Type.Integer({ description: 'how often its probe reports, where slower than the device, ms' }),
  ),
  isIntervalSum: Type.Optional(Type.Literal(true)),
  stuckAfterMinutes: Type.Optional(Type.Number()),
  derived: Type.Optional(
    Exact(
      {
        from: List(Type.String()),
        takesPressure: Type.Optional(
          Type.Literal(true, { description: 'and the air pressure: measured, or of the height of the site' }),
        ),
        source: Type.String({ description: 'where the formula comes from' }),
      },
      { description: 'worked out of these fields where the device does not send it' },
    ),
  ),
  siblings: Type.Optional(List(Type.String(), { description: 'fields that the same words may mean' })),
  openUnit: Type.Optional(
    Exact(
      {
        aliases: List(Type.String()),
        units: List(Type.String()),
        within: Pair('likely in the own unit'),
        step: Type.Optional(Type.Number({ description: 'multiples of it are; the resolution when absent' })),
      },
      { description: 'aliases that do not say their unit' },
    ),
  ),
  aliases: Type.Optional(List(Type.String(), { description: 'keys that real devices use for it' })),
  openMedium: Type.Optional(List(Type.String(), { description: 'aliases that do not say their medium' })),
});

const Term = Exact({
  field: Type.String(),
  is: Type.Optional(Type.Number()),
  below: Type.Optional(Type.Number()),
  above: Type.Optional(Type.Number()),
  aboveField: Type.Optional(Type.String()),
  by: Type.Optional(Type.Number()),
});

const Equipment = Exact({
  name: Type.String({ description: 'rule of its alarms' }),
  label: Sentence,
  action: Sentence,
  terms: List(Term, { description: 'all hold in one reading' }),
  criticalTerms: Type.Optional(List(Term)),
  unmoved: Type.Optional(
    Exact(
      { fields: List(Type.String()), by: Type.Number() },
      { description: 'none of these fields has moved by as much within the last hour' },
    ),
  ),
  holdMinutes: Exact({ warning: Type.Optional(Type.Number()), critical: Type.Optional(Type.Number()) }),
  source: Type.String(),
});

const Control = Exact({
  command: Type.String({ description: 'name of the command; its body is `{"on": true}` or `{"on": false}`' }),
  field: Type.String({ description: 'by which the device says whether it is on' }),
  measured: Type.Optional(Type.String({ description: 'shows whether it really runs' })),
  hasAuto: Type.Optional(Type.Literal(true, { description: '`{"auto": true}` leaves it to the device' })),
  band: Type.Optional(
    Exact(
      {
        field: Type.String(),
        onBelow: Type.Number(),
        offAbove: Type.Number(),
        leastGap: Type.Number(),
        source: Type.String(),
      },
      { description: 'by which the platform may switch it, where a rule is set' },
    ),
  ),
  interlocks: Type.Optional(
    List(
      Exact({
        isOn: Type.Boolean({ description: 'stands against switching it on, or off' }),
        terms: List(Term, { description: 'while all hold in what was measured last' }),
        label: Sentence,
        source: Type.String(),
      }),
    ),
  ),
});

const KindAnswer = Exact({
  name: Type.String(),
  label: Label,
  subplatform: OneOf(Object.keys(SUBPLATFORMS) as (keyof typeof SUBPLATFORMS)[]),
  intervalMs: Type.Integer({ description: 'how often a device reports unless the registry says otherwise' }),
  fields: List(Field),
  primary: List(Type.String(), { description: 'fields that matter, the most important first' }),
  panels: List(Exact({ title: Label, fields: List(Type.String()) })),
  isIntermittent: Type.Optional(Type.Literal(true)),
  defaultProfile: Type.Optional(Type.String({ description: 'threshold profile of a site that has none of its own' })),
  advice: Type.Optional(ByName(Sentence, { description: 'what to do, by `{field}_low` and `{field}_high`' })),
  equipment: Type.Optional(List(Equipment, { description: 'faults of equipment that its readings show' })),
  controls: Type.Optional(List(Control, { description: 'what can be switched from afar' })),
  fallsByNight: Type.Optional(
    List(Type.String(), { description: 'fields that fall from dusk to dawn: a low night is announced in the evening' }),
  ),
  silentIsCritical: Type.Optional(
    Exact({ fromHour: Type.Number(), toHour: Type.Number() }, { description: 'hours of Beijing time' }),
  ),
  attributes: Type.Optional(List(Type.String(), { description: 'texts that travel with a reading' })),
});

export const KindsAnswer = Exact({ kinds: List(KindAnswer) });
export type KindsAnswer = Static<typeof KindsAnswer>;

export const kindRoutes: FastifyPluginAsyncTypebox<KindOptions> = async (app, { kinds }) => {
  app.get(
    '/kinds',
    {
      config: { access: { right: 'read', park: 'any' } },
      schema: {
        tags: ['registry'],
        summary: 'Sensor kinds with their fields, units (UCUM) and ranges',
        response: { 200: KindsAnswer },
      },
    },
    async () => ({ kinds: [...kinds.values()] }),
  );
};
