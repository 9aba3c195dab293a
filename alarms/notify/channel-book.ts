/** The channels and the plan of an installation, in the shared state, equal for every process; secrets are never shown again. */
import { DaoyuError } from '../../base/errors.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Channel, ChannelSettings, DeviceOrder, Outcome } from '../channels/channel.ts';
import { CHANNEL_KINDS, masked, unmasked } from '../channels/channels.ts';
import { type ChannelHealth, HEALTH_PREFIX, healthOfChannels, noteHealth } from './channel-health.ts';
import { DEFAULT_PLAN, type Plan, problemsOfPlan } from './plan.ts';

const CHANNEL_PREFIX = 'notify/channel/';
const PLAN_KEY = 'notify/plan';
const NAME = /^[a-z0-9-]{1,32}$/;
export const MAX_CHANNELS = 50;

export interface ChannelRecord {
  readonly name: string;
  readonly kind: string;
  readonly language: 'zh' | 'en';
  readonly settings: ChannelSettings;
}

export interface ChannelBook {
  /** Secrets are masked. */
  channels(): readonly ChannelRecord[];
  names(): readonly string[];
  plan(): Plan;
  /** A masked secret keeps the stored one. Rejects with `CHANNEL_INVALID`. */
  putChannel(record: ChannelRecord): Promise<ChannelRecord>;
  /** Rejects with `CHANNEL_UNKNOWN`, and while the plan names it: its people would no longer be notified. */
  removeChannel(name: string): Promise<void>;
  /** Rejects with `PLAN_INVALID`. */
  putPlan(plan: Plan): Promise<Plan>;
  /** The channel with its current settings; undefined if there is none. */
  open(name: string): { readonly channel: Channel; readonly perMinute: number } | undefined;
  /** Health of the channels used so far, according to their last messages. */
  health(): Promise<ReadonlyMap<string, ChannelHealth>>;
  /** A drill over one channel, past queue and plan. Rejects with `CHANNEL_UNKNOWN`. */
  test(name: string): Promise<Outcome>;
  close(): Promise<void>;
}

/** `order` sends commands to devices of the platform. */
export async function openChannelBook(kv: Kv, clock: () => number, order?: DeviceOrder): Promise<ChannelBook> {
  const records = new Map<string, ChannelRecord>();
  const opened = new Map<string, { readonly channel: Channel; readonly perMinute: number }>();
  let plan = DEFAULT_PLAN;

  function note(key: string, value: unknown): void {
    if (key === PLAN_KEY) {
      plan = (value as Plan | undefined) ?? DEFAULT_PLAN;
      return;
    }
    if (!key.startsWith(CHANNEL_PREFIX)) return;
    const name = key.slice(CHANNEL_PREFIX.length);
    opened.delete(name);
    if (value === undefined) records.delete(name);
    else records.set(name, value as ChannelRecord);
  }

  const unwatch = await Promise.all(
    [CHANNEL_PREFIX, PLAN_KEY].map((prefix) => kv.watch(prefix, ({ key, item }) => note(key, item?.value))),
  );
  for await (const { key, value } of kv.list('notify/')) note(key, value);

  const unknown = (name: string) =>
    new DaoyuError('CHANNEL_UNKNOWN', `there is no channel ${name}; GET /api/v1/channels names them`);

  function open(name: string) {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const record = records.get(name);
    const kind = record && CHANNEL_KINDS.get(record.kind);
    if (record === undefined || kind === undefined) return undefined;
    const made = {
      channel: kind.create(record.settings, { language: record.language, clock, ...(order && { order }) }),
      perMinute: kind.perMinute,
    };
    opened.set(name, made);
    return made;
  }

  const shown = (record: ChannelRecord): ChannelRecord => {
    const kind = CHANNEL_KINDS.get(record.kind);
    return kind === undefined ? record : { ...record, settings: masked(kind, record.settings) };
  };

  return {
    channels: () => [...records.values()].map(shown),
    names: () => [...records.keys()],
    plan: () => plan,
    async putChannel(given) {
      const kind = CHANNEL_KINDS.get(given.kind);
      const known = [...CHANNEL_KINDS.keys()].join(', ');
      if (kind === undefined) throw new DaoyuError('CHANNEL_INVALID', `no kind ${given.kind}; there are ${known}`);
      if (!NAME.test(given.name))
        throw new DaoyuError(
          'CHANNEL_INVALID',
          `name must be 1 to 32 of a-z, 0-9 and -, not ${JSON.stringify(given.name)}`,
        );
      if (!records.has(given.name) && records.size >= MAX_CHANNELS)
        throw new DaoyuError('CHANNEL_INVALID', `the limit of ${MAX_CHANNELS} channels is reached: remove one first`);
      const settings = unmasked(kind, given.settings, records.get(given.name)?.settings);
      const problems = [...kind.problemsOf(settings)];
      if (problems.length > 0)
        throw new DaoyuError('CHANNEL_INVALID', `the settings are wrong: ${problems.join('; ')}`);
      const record = { ...given, settings };
      await kv.put(CHANNEL_PREFIX + given.name, record);
      note(CHANNEL_PREFIX + given.name, record);
      return shown(record);
    },
    async removeChannel(name) {
      if (!records.has(name)) throw unknown(name);
      const users = plan.people.filter(({ channels }) => channels.includes(name)).map((person) => person.name);
      if (users.length > 0)
        throw new DaoyuError('CHANNEL_INVALID', `${users.join(', ')} are notified over ${name}: change the plan first`);
      await kv.delete(CHANNEL_PREFIX + name);
      await kv.delete(HEALTH_PREFIX + name);
      note(CHANNEL_PREFIX + name, undefined);
    },
    async putPlan(given) {
      const problems = [...problemsOfPlan(given, new Set(records.keys()))];
      if (problems.length > 0) throw new DaoyuError('PLAN_INVALID', `the plan is wrong: ${problems.join('; ')}`);
      await kv.put(PLAN_KEY, given);
      note(PLAN_KEY, given);
      return given;
    },
    open,
    health: () => healthOfChannels(kv),
    async test(name) {
      const found = open(name);
      if (found === undefined) throw unknown(name);
      const outcome = await found.channel.send({
        dedupKey: `drill.${clock()}`,
        severity: 'critical',
        isDrill: true,
        title: { zh: `渠道 ${name} 测试，无需处理`, en: `test of channel ${name}, nothing to do` },
        lines: [{ zh: '收到本条即表示告警可以送达', en: 'If you can read this, alarms arrive here' }],
      });
      await noteHealth(kv, name, outcome, clock());
      return outcome;
    },
    async close() {
      for (const stop of unwatch) stop();
    },
  };
}
