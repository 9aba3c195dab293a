/** What a real intake puts on the log of readings that come minute by minute, by the short way of plain telemetry or by the long one. */
import { parseEntry } from '../../bus/parse-event.ts';
import { createIntake } from '../../ingest/intake.ts';
import type { Mapping } from '../../registry/mapping.ts';
import type { Device } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';

const T0 = Date.UTC(2026, 6, 20, 4, 0, 0);

export async function takenBy(
  kind: Kind | undefined,
  samples: readonly (readonly [minute: number, values: Readonly<Record<string, number>>])[],
  way: 'short' | 'long',
): Promise<readonly Reading[]> {
  if (kind === undefined) throw new Error('no such kind');
  // Whatever the short way does not understand takes the long one.
  const mapping = way === 'long' ? ({ another: 1 } as unknown as Mapping) : undefined;
  const device = { park: 'tianyu', site: 's', id: 'd', kind: kind.name, label: { zh: '', en: '' }, passwordHash: '' };
  const taken: Reading[] = [];
  const intake = createIntake({
    bus: {
      async append(entries) {
        for (const { data } of entries) taken.push(...(parseEntry(data)?.readings ?? []));
        return 1;
      },
    },
    registry: { device: () => ({ ...device, intervalMs: 60_000, ...(mapping && { mapping }) }) as Device },
    kinds: new Map([[kind.name, kind]]),
    tell: async () => {},
  });
  for (const [minute, values] of samples) {
    const time = T0 + minute * 60_000;
    const payload = Buffer.from(JSON.stringify({ time, ...values }));
    const topic = 'daoyu/tianyu/d/telemetry';
    const address = { park: 'tianyu', device: 'd', channel: 'telemetry' } as const;
    await intake.admit({ ...address, topic, payload, receivedAt: time, isResend: false });
  }
  await intake.close();
  return taken;
}
