/** Runs one examination from its start to its end: asks the brokers to watch, gathers what they see, renews the report. */
import type { Fault, Observation } from '../broker/observe/observation.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import type { Label } from '../sensors/label.ts';
import { createExamination, type ExaminationOptions } from './examination.ts';
import { OBSERVED, parseObserved, RENEW_MS, WATCH } from './messages.ts';
import { provoke } from './provoke.ts';
import type { Report } from './report.ts';

export interface RunOptions extends ExaminationOptions {
  readonly pubsub: PubSub;
  readonly clock: () => number;
  /** Makes the first report durable; rejects where another examination of the device is under way. */
  readonly begin: (report: Report) => Promise<unknown>;
  /** Makes a report durable. */
  readonly keep: (report: Report) => Promise<unknown>;
  /** Elapsed ms, for what a report costs. Default: that of the process. */
  readonly monotonic?: () => number;
  readonly onEnd: () => void;
}

export interface RunningExamination {
  readonly first: Report;
  /** Resolves when the last report is durable and nothing is done to the device any more. */
  stop(state: 'stopped' | 'interrupted'): Promise<void>;
}

const REPORT_MS = 2000;
/** A report takes at most this share of a core: with thousands of publishes to look through they become rarer. */
const SHARE = 0.05;
/** Still well before it would be taken for that of a process that has ended. */
const RAREST_MS = 10_000;
const LOOK_MS = 200;

export async function runExamination(options: RunOptions): Promise<RunningExamination> {
  const { pubsub, clock, device, head, begin, keep, monotonic = () => performance.now() } = options;
  const { id } = head;
  const examination = createExamination(options);
  const connections = new Map<string, number>();
  const onSeen = new Set<() => void>();
  let count = 0;
  let step: Label | undefined;
  let ending: Promise<void> | undefined;

  const say = (more: { readonly fault?: Fault; readonly isOver?: true } = {}) =>
    pubsub.publish(WATCH, { id, device: { park: device.park, device: device.device }, ...more });

  /** Connections are numbered by each process for itself. */
  function numberOf(of: string, { connection, what }: Observation): number {
    const name = `${of} ${connection}`;
    const number = connections.get(name) ?? ++count;
    if (what === 'end' || what === 'turned-away') connections.delete(name);
    else connections.set(name, number);
    return number;
  }

  const unsubscribe = await pubsub.subscribe(OBSERVED, (said) => {
    const message = parseObserved(said);
    if (message?.id !== id) return;
    for (const seen of message.seen) examination.take({ ...seen, connection: numberOf(message.of, seen) });
    for (const look of [...onSeen]) look();
  });
  const first = examination.report(clock(), 'running');
  try {
    await begin(first);
  } catch (error) {
    unsubscribe();
    throw error;
  }
  say();
  const renewal = setInterval(say, RENEW_MS);
  let notBefore = 0;
  const reporting = setInterval(() => {
    if (clock() >= head.endsAt) void end('finished');
    else if (monotonic() >= notBefore) renew();
  }, REPORT_MS);

  function renew(): void {
    const began = monotonic();
    const report = examination.report(clock(), 'running', step);
    const ended = monotonic();
    notBefore = ended + Math.min(RAREST_MS - REPORT_MS, (ended - began) / SHARE);
    // A report that could not be kept is followed by the next.
    void keep(report).catch(() => {});
  }

  function until(isSo: () => boolean, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const deadline = performance.now() + ms;
      const look = () => {
        const isTrue = ending === undefined && isSo();
        if (!isTrue && ending === undefined && performance.now() < deadline) return;
        clearInterval(timer);
        onSeen.delete(look);
        resolve(isTrue);
      };
      const timer = setInterval(look, LOOK_MS);
      onSeen.add(look);
    });
  }

  async function end(state: 'finished' | 'stopped' | 'interrupted'): Promise<void> {
    ending ??= (async () => {
      clearInterval(renewal);
      clearInterval(reporting);
      say({ isOver: true });
      unsubscribe();
      for (const look of [...onSeen]) look();
      options.onEnd();
      await keep(examination.report(clock(), state));
    })();
    await ending;
  }

  async function act(): Promise<void> {
    await provoke({
      intervalMs: device.intervalMs,
      inflict: (fault) => say({ fault }),
      facts: () => examination.facts(clock()),
      until,
      onStep: (label) => {
        step = label;
      },
    });
  }

  if (head.isActive) void act();
  return { first, stop: end };
}
