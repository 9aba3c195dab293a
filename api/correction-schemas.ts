/** Shapes of corrections in the API. */
import { type Static, Type } from 'typebox';
import { By } from './alarm-schemas.ts';
import { RecordId, recordedParts } from './journal-schemas.ts';
import { Exact, List, Slug, Text, Time } from './schemas.ts';

export const Method = Type.Union(
  [
    Exact({ is: Type.Literal('invalidate') }),
    Exact({ is: Type.Literal('offset'), add: Type.Number() }),
    Exact({ is: Type.Literal('scale'), factor: Type.Number() }),
    Exact({
      is: Type.Literal('drift'),
      startError: Type.Number({ description: 'reading in the standard less the standard, at the beginning' }),
      endError: Type.Number({ description: 'the same at the end; on a line between' }),
    }),
    Exact({
      is: Type.Literal('clock'),
      seconds: Type.Number({ description: 'readings were measured so much later than they say' }),
    }),
    Exact({
      is: Type.Literal('swap'),
      with: Text('the device of the park that it was taken for', 64),
      withSite: Type.Optional(Text('where that one stands; taken from the registry', 64)),
    }),
  ],
  { description: 'how values are corrected' },
);

const parts = {
  park: Slug,
  device: Slug,
  field: Text('name of a field of its kind; `*` for clock and swap, which move whole readings', 64),
  method: Method,
  reason: Type.String({ minLength: 1, maxLength: 500, description: 'why; people read it' }),
  evidence: Type.Optional(Text('readings before and after cleaning, the standard, serial numbers', 2000)),
  supersedes: Type.Optional(Text('id of the correction that it takes the place of', 64)),
};

export const NewCorrection = Exact({
  id: Type.Optional(RecordId),
  ...parts,
  from: Text('inclusive: RFC 3339 with offset, epoch ms, or relative (-7d)', 40),
  to: Text('the same, exclusive', 40),
  by: By,
  isWithdrawn: Type.Optional(Type.Literal(true, { description: 'takes the place of another by nothing' })),
});

export const CorrectionAnswer = Exact({
  ...recordedParts,
  ...parts,
  site: Slug,
  at: Time('from then on'),
  until: Time('up to then, exclusive'),
});

export const CorrectionsAnswer = Exact({ corrections: List(CorrectionAnswer) });
export type CorrectionsAnswer = Static<typeof CorrectionsAnswer>;
