/** Judges the stored readings of a site twice, with a changed profile and with the one in force, and compares both with the alarms that really opened. */
import type { Alarm } from '../alarms/alarm.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { compare, createTrial, summaryOf, type Trial } from '../alarms/what-if.ts';
import type { Registry, Site } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { intervalsOf } from '../sensors/stages.ts';
import type { Store } from '../store/store.ts';

export interface WhatIfParts {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'sites' | 'devices' | 'profiles'>;
  readonly store: Pick<Store, 'export'>;
  readonly alarms: Pick<Alarms, 'list'>;
}

export interface WhatIfQuestion {
  readonly site: Site;
  readonly profile: Profile;
  /** Epoch ms; to is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
}

/** Read before the period, so that holds and last night are known when it begins. */
const BEFORE_MS = 25 * 3_600_000;
/** Of alarms that differ, the newest. */
const MOST_LISTED = 100;
const MOST_REAL = 1000;

export async function whatIf(parts: WhatIfParts, question: WhatIfQuestion) {
  const { registry, alarms } = parts;
  const { site, profile, from, to } = question;
  const inForce = registry.profiles().find(({ name }) => name === profile.name);
  const [proposedTrial, presentTrial] = [
    trialOf(parts, question, profile),
    inForce && trialOf(parts, question, inForce),
  ];
  const { devices, readings } = await judgeAll(
    parts,
    question,
    presentTrial ? [proposedTrial, presentTrial] : [proposedTrial],
  );
  const isOfProfile = (alarm: Alarm) =>
    alarm.class === 'process' && alarm.profile?.name === profile.name && alarm.openedAt >= from && alarm.openedAt < to;
  const proposed = proposedTrial.alarms().filter(isOfProfile);
  const present = presentTrial?.alarms().filter(isOfProfile);
  const real = (await alarms.list({ park: site.park, site: site.id, from, to, limit: MOST_REAL })).filter(isOfProfile);
  return {
    ...{ from, to, devices, readings },
    proposed: summaryOf(proposed),
    ...(present && { inForce: summaryOf(present) }),
    real: summaryOf(real),
    ...(present && { againstInForce: countsOf(present, proposed) }),
    againstReal: countsOf(real, proposed),
    differences: differencesOf(present ?? real, proposed),
  };
}

/** The site by its own season if the profile is in it; otherwise as if it had no other profile. */
function trialOf({ kinds, registry }: WhatIfParts, { site }: WhatIfQuestion, profile: Profile): Trial {
  const devices = registry.devices({ park: site.park }).filter((device) => device.site === site.id);
  const names = intervalsOf(site).map((each) => each.profile ?? '');
  const isOwn = [...names, ...devices.map(({ kind }) => kinds.get(kind)?.defaultProfile)].includes(profile.name);
  return createTrial({
    kinds,
    profiles: [...registry.profiles().filter(({ name }) => name !== profile.name), profile],
    sites: [isOwn ? site : { park: site.park, id: site.id, label: site.label, profile: profile.name }],
    devices,
  });
}

async function judgeAll(
  { kinds, registry, store }: WhatIfParts,
  { site, profile, from, to, signal }: WhatIfQuestion,
  trials: readonly Trial[],
) {
  const here = registry.devices({ park: site.park }).filter((device) => device.site === site.id);
  const judged = new Set<string>();
  let readings = 0;
  for (const name of new Set(here.map(({ kind }) => kind))) {
    const kind = kinds.get(name);
    if (kind === undefined || !profile.kinds.includes(name)) continue;
    const query = { kind: name, park: site.park, site: site.id, fields: fieldsOf(profile, kind), to, signal };
    for await (const reading of store.export({ ...query, from: from - BEFORE_MS })) {
      for (const trial of trials) trial.take(reading);
      judged.add(reading.device);
      if (reading.time >= from) readings += 1;
    }
  }
  return { devices: judged.size, readings };
}

function fieldsOf({ bands }: Profile, kind: Kind): readonly string[] {
  const needed = new Set(bands.flatMap(({ field, onlyWhile = field }) => [field, onlyWhile]));
  return kind.fields.map(({ name }) => name).filter((name) => needed.has(name));
}

function countsOf(before: readonly Alarm[], after: readonly Alarm[]) {
  const { fresh, gone, matched } = compare(before, after);
  const minutes = matched.map(({ earlierMs }) => Math.round(earlierMs / 60_000));
  return {
    same: matched.length,
    added: fresh.length,
    dropped: gone.length,
    earlier: minutes.filter((each) => each > 0).length,
    later: minutes.filter((each) => each < 0).length,
    ...(minutes.length > 0 && { medianMinutesEarlier: medianOf(minutes) }),
  };
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function differencesOf(before: readonly Alarm[], after: readonly Alarm[]) {
  const { fresh, gone, matched } = compare(before, after);
  const shown = (is: 'added' | 'dropped' | 'moved', alarm: Alarm, minutesEarlier?: number) => {
    const { device = '', rule, severity, openedAt, raisedAt, clearedAt, text } = alarm;
    return {
      ...{ is, device, rule, severity, openedAt, raisedAt, text },
      ...(clearedAt !== undefined && { clearedAt }),
      ...(minutesEarlier !== undefined && { minutesEarlier }),
    };
  };
  return [
    ...fresh.map((alarm) => shown('added', alarm)),
    ...gone.map((alarm) => shown('dropped', alarm)),
    ...matched.flatMap(({ alarm, earlierMs }) => {
      const minutes = Math.round(earlierMs / 60_000);
      return minutes === 0 ? [] : [shown('moved', alarm, minutes)];
    }),
  ]
    .sort((one, other) => other.openedAt - one.openedAt)
    .slice(0, MOST_LISTED);
}
