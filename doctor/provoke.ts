/** An active examination: does to the device what the field does, one after the other, and waits for how it takes it. */
import type { Fault } from '../broker/observe/observation.ts';
import type { Label } from '../sensors/label.ts';
import { type Facts, isTelemetry } from './facts.ts';
import { cameAgain } from './rules/resend.ts';

export interface Provoked {
  readonly intervalMs: number;
  readonly inflict: (fault: Fault) => void;
  readonly facts: () => Facts;
  /** Resolves when it holds, or with false after so long, or when the examination ends. */
  readonly until: (isSo: () => boolean, ms: number) => Promise<boolean>;
  readonly onStep: (step: Label | undefined) => void;
}

const between = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value));
const MINUTE = 60_000;

export async function provoke({ intervalMs, inflict, facts, until, onStep }: Provoked): Promise<void> {
  /** Time for a device to measure and publish, come what may. */
  const patience = 2 * intervalMs + MINUTE;
  const publishedSince =
    (at: number, count = 1) =>
    () =>
      facts().publishes.filter((each) => isTelemetry(each) && each.at > at && each.acknowledgedAt !== undefined)
        .length >= count;

  onStep({ zh: '等设备发布并得到确认', en: 'waits for an acknowledged publish' });
  if (!(await until(publishedSince(0), patience + 5 * MINUTE))) return onStep(undefined);

  onStep({ zh: '扣下一个 PUBACK', en: 'withholds one PUBACK' });
  inflict({ kind: 'withhold' });
  const withheld = () => facts().publishes.find(({ withheldAt }) => withheldAt !== undefined);
  if (await until(() => withheld() !== undefined, patience)) {
    const again = () => {
      const published = withheld();
      return published !== undefined && cameAgain(published, facts());
    };
    if (!(await until(again, between(1000, 3 * intervalMs, 30_000)))) {
      onStep({ zh: '切断连接，等它重发', en: 'cuts the link and waits for the resend' });
      inflict({ kind: 'outage', ms: 0 });
      await until(again, patience);
    }
    await until(publishedSince(facts().now), patience);
  }

  onStep({ zh: '推迟 PUBACK', en: 'delays PUBACKs' });
  inflict({ kind: 'delay', ms: between(1000, 2 * intervalMs, 5000) });
  if (await until(() => facts().released.length > 0, patience)) {
    const [released = 0] = facts().released;
    await until(publishedSince(released), Math.max(10_000, 3 * intervalMs) + 1000);
  }

  onStep({ zh: '断网一段时间', en: 'an outage' });
  const from = facts().now;
  const ms = between(3000, 4 * intervalMs, 3 * MINUTE);
  inflict({ kind: 'outage', ms });
  await until(() => facts().now - from >= ms, ms + 1000);
  onStep({ zh: '等它回来补发', en: 'waits for it to come back with its backlog' });
  // It may have paused for a minute by now.
  await until(publishedSince(from + ms, 3), patience + MINUTE);
  onStep(undefined);
}
