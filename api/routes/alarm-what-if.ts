/** What if the limits of a site were others: the alarms they would have raised on its stored readings. Changes nothing. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { SEVERITIES } from '../../alarms/alarm.ts';
import { DaoyuError } from '../../base/errors.ts';
import { problemsOfProfile } from '../../sensors/profile-problems.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, List, OneOf, ProfileName, profileParts, Sentence, Slug, Text, Time } from '../schemas.ts';
import { parseRange } from '../time-range.ts';
import { type WhatIfParts, whatIf } from '../what-if.ts';
import type { AlarmOptions } from './alarms.ts';

export type WhatIfOptions = WhatIfParts & Pick<AlarmOptions, 'registry' | 'clock'>;

const Summary = Exact({
  opened: Type.Integer(),
  critical: Type.Integer({ description: 'of those, how many were critical at some time' }),
  atNight: Type.Integer({ description: 'opened between 20:00 and 08:00, Beijing time' }),
  minutes: Type.Integer({ description: 'how long they lasted in all, those that ended' }),
});
const Compared = Exact({
  same: Type.Integer({ description: 'raised by both' }),
  added: Type.Integer(),
  dropped: Type.Integer(),
  earlier: Type.Integer({ description: 'of the same ones, how many would have been raised earlier' }),
  later: Type.Integer(),
  medianMinutesEarlier: Type.Optional(Type.Integer({ description: 'of the same ones; negative: later' })),
});
export const WhatIfAnswer = Exact({
  from: Time('begin'),
  to: Time('end'),
  devices: Type.Integer({ description: 'with readings in the period' }),
  readings: Type.Integer(),
  proposed: Summary,
  inForce: Type.Optional(Summary),
  real: Exact(Summary.properties, { description: 'that really opened, by this profile as it was then' }),
  againstInForce: Type.Optional(Compared),
  againstReal: Compared,
  differences: List(
    Exact({
      is: OneOf(['added', 'dropped', 'moved']),
      device: Type.String(),
      rule: Type.String(),
      severity: OneOf(SEVERITIES),
      openedAt: Time('first reading beyond the limit'),
      raisedAt: Time('when somebody would have been told'),
      clearedAt: Type.Optional(Time('end')),
      minutesEarlier: Type.Optional(Type.Integer({ description: 'negative: later' })),
      text: Sentence,
    }),
    { description: 'from the profile in force, or from what really opened where there is none; the newest 100' },
  ),
});
export type WhatIfAnswer = Static<typeof WhatIfAnswer>;

const Trial = Exact({
  park: Slug,
  site: Slug,
  profile: Exact({ name: ProfileName, ...profileParts }, { description: 'as PUT /profiles/{name} takes it' }),
  from: Type.Optional(Text('RFC 3339, epoch ms, or -30d, the default', 64)),
  to: Type.Optional(Text('default now', 64)),
});
export type WhatIfAsked = Static<typeof Trial>;

export const alarmWhatIfRoutes: FastifyPluginAsyncTypebox<WhatIfOptions & { readonly gate: QueryGate }> = async (
  app,
  { gate, clock, ...parts },
) => {
  const { kinds, registry } = parts;

  app.post(
    '/alarms/what-if',
    {
      // Changes nothing.
      config: {
        access: { right: 'read', park: 'named' },
        problems: [
          ...['PARK_UNKNOWN', 'SITE_UNKNOWN', 'PROFILE_INVALID', 'TIME_INVALID'],
          ...['QUERIES_BUSY', 'QUERY_STOPPED', 'STORE_UNAVAILABLE'],
        ],
      },
      schema: {
        tags: ['alarms'],
        summary:
          'The alarms that other limits would have raised on the stored readings of a site, beside those of the limits in force and those that really opened; changes nothing',
        body: Trial,
        response: { 200: WhatIfAnswer },
      },
    },
    async (request) => {
      const { park, site: id, profile, from = '-30d', to = 'now' } = request.body;
      checkPlace(registry, { park, site: id });
      const problems = [...problemsOfProfile(profile, kinds)];
      if (problems.length > 0) throw new DaoyuError('PROFILE_INVALID', `the profile is wrong: ${problems.join('; ')}`);
      const site = registry.sites(park).find((each) => each.id === id);
      if (site === undefined) throw new DaoyuError('SITE_UNKNOWN', `there is no site "${id}"`);
      const range = parseRange(from, to, clock());
      const proposed = { ...profile, version: 0, effective: '1970-01-01' };
      return await gate.run(request, (signal) => whatIf(parts, { site, profile: proposed, ...range, signal }));
    },
  );
};
