/** How the platform itself stands, for the alarms about it: put on the log with each tick of the clock. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { isFailing } from '../alarms/notify/channel-health.ts';
import { unmannedFrom } from '../alarms/notify/plan.ts';
import type { PlatformReport } from '../bus/events.ts';
import type { Store } from '../store/store.ts';
import { isSetFromNetwork } from './network-time.ts';
import type { Services } from './services.ts';

/** A consumer that has so many entries before it does not keep up. */
const BEHIND_ENTRIES = 10_000;
/** What changes by the day is looked at so often, not with each tick. */
const SLOW_LOOK_MS = 60_000;

type SlowPart = Pick<PlatformReport, 'unmannedFrom' | 'certificateUntil' | 'isClockSetFromNetwork'>;

export function createPlatformReport(services: Services, store: Store): () => Promise<PlatformReport> {
  const { bus, channelBook, folder, config, clock, monotonic, installation } = services;
  let slow: SlowPart = {};
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function slowPart(): Promise<SlowPart> {
    if (monotonic() - lookedAt < SLOW_LOOK_MS) return slow;
    lookedAt = monotonic();
    const isClockSetFromNetwork = await isSetFromNetwork();
    const from = unmannedFrom(channelBook.plan(), clock());
    slow = {
      ...(from !== undefined && { unmannedFrom: from }),
      ...expiry(config.tlsCertificate),
      ...(isClockSetFromNetwork !== undefined && { isClockSetFromNetwork }),
    };
    return slow;
  }

  return async () => {
    const [log, state, channels] = await Promise.all([
      bus.status(),
      store
        .status('health')
        .catch((error: unknown) => ({ isWritable: false, problem: { message: (error as Error).message } })),
      channelBook.health(),
    ]);
    const behind = log.consumers
      .filter(({ pending }) => pending > BEHIND_ENTRIES)
      .map(({ name, pending }) => ({ name, pending }));
    const failingChannels = [...channels]
      .filter(([, health]) => isFailing(health, clock()))
      .map(([name, { why = '' }]) => ({ name, why: why.slice(0, 200) }));
    const clockDoubt = installation.doubt();
    return {
      ...(clockDoubt && { clockDoubt }),
      ...(log.problem?.code === 'BUS_FULL' && { logFull: log.problem.message.slice(0, 300) }),
      isStoreWritable: state.isWritable,
      ...(state.problem && { storeProblem: state.problem.message.slice(0, 300) }),
      ...(behind.length > 0 && { behind }),
      ...(failingChannels.length > 0 && { failingChannels }),
      ...(await slowPart()),
      ...freeDisk(folder.path),
    };
  };
}

function freeDisk(path: string): Pick<PlatformReport, 'freeDisk'> {
  try {
    const { bavail, blocks } = statfsSync(path);
    return { freeDisk: Math.round((1000 * bavail) / blocks) / 1000 };
  } catch {
    return {};
  }
}

/** Of the first certificate of the chain, which is the platform's own. */
function expiry(file: string | undefined): Pick<PlatformReport, 'certificateUntil'> {
  if (file === undefined) return {};
  try {
    return { certificateUntil: Date.parse(new X509Certificate(readFileSync(file)).validTo) };
  } catch {
    return {};
  }
}
