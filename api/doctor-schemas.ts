/** An examination of a device, as answered. */
import { Type } from 'typebox';
import { STATES, VERDICTS } from '../doctor/report.ts';
import { Exact, List, OneOf, Sentence, Slug, Time } from './schemas.ts';

const Check = Exact({
  code: Type.String({ description: 'stable; described in docs/doctor.md' }),
  title: Sentence,
  verdict: OneOf(VERDICTS, { description: '`unseen`: there was no occasion to tell' }),
  evidence: Type.Optional(Sentence),
  costs: Type.Optional(Sentence),
  change: Type.Optional(Sentence),
});

export const Report = Exact({
  id: Type.String(),
  park: Slug,
  device: Slug,
  state: OneOf(STATES, { description: '`interrupted`: the process that ran it has ended' }),
  isActive: Type.Boolean({ description: 'whether the device is provoked' }),
  step: Type.Optional(Sentence),
  startedAt: Time('of the start'),
  endsAt: Time('at which it ends by itself'),
  updatedAt: Time('of these words'),
  by: Type.String(),
  result: OneOf(VERDICTS, { description: 'the worst of the checks; `unseen` when nothing was published' }),
  sum: Exact({
    connections: Type.Integer(),
    publishes: Type.Integer(),
    readings: Type.Integer(),
    acknowledged: Type.Integer(),
    resent: Type.Integer(),
    protocols: List(Type.String()),
    transports: List(Type.String({ description: 'tcp, tls or ws' })),
  }),
  checks: List(Check),
  digest: Type.Optional(Type.String({ description: 'SHA-256 of the report without it, once it has ended' })),
});
