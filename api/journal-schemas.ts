/** Shapes of events and seasons in the API. */
import { type Static, Type } from 'typebox';
import { RECORD_ID } from '../journal/record.ts';
import { By } from './alarm-schemas.ts';
import { ByName, Exact, Label, List, OneOf, Slug, Text, Time } from './schemas.ts';

export const RecordId = Type.String({
  pattern: RECORD_ID.source,
  description: 'made by whoever enters it (ULID, UUID): sent again, it is the same record; absent: made here',
});

/** Members that every record has in requests and answers. */
export const recordParts = {
  park: Slug,
  site: Slug,
  device: Type.Optional(Slug),
  note: Type.Optional(Text('in words', 2000)),
  supersedes: Type.Optional(Text('id of the record that it takes the place of', 64)),
};

/** Members that the platform adds. */
export const recordedParts = {
  by: Type.String({ description: 'who wrote it down' }),
  id: Type.String(),
  at: Time('when it happened'),
  until: Type.Optional(Time('exclusive; absent: a moment')),
  recordedAt: Time('when it was written down'),
  isWithdrawn: Type.Optional(Type.Literal(true, { description: 'it takes the place of another by nothing' })),
};

const Values = ByName(Type.Union([Type.Number(), Type.String({ maxLength: 500 })]), {
  description: 'fields of the kind, see /api/v1/event-kinds',
});

export const NewEvent = Exact({
  id: Type.Optional(RecordId),
  ...recordParts,
  by: By,
  kind: Text('kind of event', 64),
  at: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-2h); absent: now', 40)),
  until: Type.Optional(Text('the same; absent: a moment', 40)),
  values: Type.Optional(Values),
  isWithdrawn: Type.Optional(Type.Literal(true)),
});

export const EventAnswer = Exact({ ...recordedParts, ...recordParts, kind: Type.String(), values: Values });
export type EventAnswer = Static<typeof EventAnswer>;

export const EventsAnswer = Exact({ events: List(EventAnswer, { description: 'in order of time' }) });
export type EventsAnswer = Static<typeof EventsAnswer>;

export const EventKindsAnswer = Exact({
  kinds: List(
    Exact({
      name: Type.String(),
      label: Label,
      places: List(Type.String(), { description: 'types of sites where it is offered first; device: of a device' }),
      fields: List(
        Exact({
          name: Type.String(),
          label: Label,
          unit: Type.Optional(Type.String()),
          shape: OneOf(['number', 'text']),
          range: Type.Optional(List(Type.Number())),
          isRequired: Type.Optional(Type.Literal(true)),
        }),
      ),
      season: Type.Optional(OneOf(['begin', 'end'])),
      disturbsHours: Type.Optional(Type.Number({ description: 'for so long alarms there are marked as maintenance' })),
      farmosLogType: Type.String(),
    }),
  ),
});
export type EventKindsAnswer = Static<typeof EventKindsAnswer>;

export const SeasonsAnswer = Exact({
  seasons: List(
    Exact({
      park: Slug,
      site: Slug,
      from: Time('of the first stocking or sowing'),
      to: Type.Optional(Time('of the last harvest; absent: it goes on')),
    }),
  ),
});
