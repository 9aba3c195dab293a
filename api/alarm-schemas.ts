/** Shapes of alarms and their transitions in the API. */
import { Type } from 'typebox';
import { ALARM_CLASSES, ALARM_STATES, CHANGES, END_REASONS, SEVERITIES } from '../alarms/alarm.ts';
import { Exact, List, OneOf, Sentence, Slug, Text, Time } from './schemas.ts';

export const AlarmId = Exact({ id: Type.String({ pattern: '^[0-9a-f-]{10,64}$' }) });
export const By = Type.Optional(Text('name of the person who does it; absent: who is signed in', 64));

export const Alarm = Exact(
  {
    id: Type.String(),
    park: Type.String({ description: '`platform` for alarms about the platform itself' }),
    site: Type.String({ description: 'empty where the whole park or the platform is meant' }),
    device: Type.Optional(Slug),
    field: Type.Optional(Type.String()),
    rule: Type.String({ description: '`dissolved_oxygen_low`, `device_silent`, `aerator_without_power`, …' }),
    class: OneOf(ALARM_CLASSES),
    severity: OneOf(SEVERITIES),
    state: OneOf(ALARM_STATES),
    isBlind: Type.Boolean({ description: 'true: what would tell how it stands is missing or doubtful' }),
    openedAt: Time('measured time of the first reading beyond the limit'),
    raisedAt: Time('when the platform raised it'),
    clearedAt: Type.Optional(Time('measured time at which it had been good for long enough')),
    acknowledgedBy: Type.Optional(Type.String()),
    acknowledgedAt: Type.Optional(Time('when')),
    note: Type.Optional(Type.String()),
    shelved: Type.Optional(Exact({ until: Time('end'), by: Type.String(), reason: Type.String() })),
    suppressedBy: Type.Optional(Type.String({ description: 'id of the alarm that explains it' })),
    maintenanceUntil: Type.Optional(Time('end of the maintenance')),
    isHistoric: Type.Optional(Type.Boolean({ description: 'it was over when the platform learned of it' })),
    isLate: Type.Optional(Type.Boolean({ description: 'raised from readings that came late' })),
    isChattering: Type.Optional(Type.Boolean({ description: 'opened five times or more within an hour' })),
    endReason: Type.Optional(OneOf(END_REASONS)),
    worst: Type.Optional(Exact({ value: Type.Number(), at: Time('when it was measured') })),
    children: Type.Optional(
      Type.Unsafe<readonly string[]>({
        type: 'array',
        items: { type: 'string' },
        description: 'of an outage: the devices, `site/device`',
      }),
    ),
    profile: Type.Optional(Exact({ name: Type.String(), version: Type.Number() })),
    source: Type.Optional(Type.String({ description: 'where the rule comes from' })),
    text: Sentence,
    action: Sentence,
    seq: Type.Integer({ description: 'number of its last transition' }),
  },
  { description: 'an alarm as it is now' },
);

export const Transition = Exact({
  version: Type.Literal(1),
  seq: Type.Integer({ description: '1, 2, 3… without a gap' }),
  change: OneOf(CHANGES),
  at: Time('measured time, or the deadline that passed'),
  noticedAt: Time('when the platform noticed'),
  by: Type.Optional(Type.String()),
  origin: Exact(
    { position: Type.Number(), ordinal: Type.Number() },
    { description: 'place on the log from which it comes' },
  ),
  alarm: Alarm,
});

export const AlarmsAnswer = Exact({ alarms: List(Alarm, { description: 'newest first' }) });
export const TransitionsAnswer = Exact({ transitions: List(Transition, { description: 'in order' }) });
