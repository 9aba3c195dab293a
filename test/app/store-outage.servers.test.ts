import { expect, it } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import type { LedgerView } from '../../consumers/ledger.ts';
import { eventually } from '../eventually.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { runPlatform } from '../running-platform.ts';

const DEVICES = 5;
const OUTAGE_MS = 60_000;

it('with the store failing for a minute under load, devices still get PUBACKs, the backlog is visible and drains when the store is back', async () => {
  let isFailing = false;
  const { addDevice, connect, get } = await runPlatform(
    {},
    {
      wrapStore: (store) => ({
        ...store,
        async write(batch, position) {
          if (isFailing) throw new DaoyuError('STORE_UNAVAILABLE', 'the store is away for the test');
          return await store.write(batch, position);
        },
      }),
    },
  );
  const first = Date.now() - 3_600_000;
  const sent = new Map<string, number>();
  const devices = await Promise.all(
    Array.from({ length: DEVICES }, async (_, index) => {
      const credentials = await addDevice(`probe-${index}`, 'aquaculture_pond');
      const client = await connect(credentials);
      /** Resolves with the PUBACK. */
      return async () => {
        const count = sent.get(credentials.clientId) ?? 0;
        const reading = { time: first + count * 100, dissolved_oxygen: 5 + (count % 10) / 10 };
        await client.publishAsync(credentials.topics.telemetry, JSON.stringify(reading), { qos: 1 });
        sent.set(credentials.clientId, count + 1);
      };
    }),
  );
  await Promise.all(devices.map((publish) => publish()));
  isFailing = true;
  const until = performance.now() + OUTAGE_MS;
  /** Longest wait for a PUBACK while the store was away. */
  let longestMs = 0;
  await Promise.all(
    devices.map(async (publish) => {
      while (performance.now() < until) {
        const before = performance.now();
        await publish();
        longestMs = Math.max(longestMs, performance.now() - before);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }),
  );
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0);
  const during = await get<LedgerAnswer>('/api/v1/ledger?park=daoyu');
  const sumOf = ({ ledger }: LedgerAnswer, column: Exclude<keyof LedgerView, 'park' | 'device'>) =>
    ledger.reduce((sum, row) => sum + row[column], 0);
  console.info(
    `${total} readings acknowledged, longest PUBACK ${longestMs.toFixed(0)} ms, pending ${sumOf(during, 'pending')}`,
  );
  expect(total).toBeGreaterThan(1000);
  expect(sumOf(during, 'received')).toBe(total);
  expect(sumOf(during, 'pending')).toBeGreaterThanOrEqual(total - DEVICES);
  const ready = await get<{ status: string }>('/readyz');
  expect(ready.status).toBe('ready');
  isFailing = false;
  const after = await eventually(() => get<LedgerAnswer>('/api/v1/ledger?park=daoyu'), isDrained, 60_000);
  expect(after.ledger).toHaveLength(DEVICES);
  expect([
    sumOf(after, 'received'),
    sumOf(after, 'stored'),
    sumOf(after, 'duplicate'),
    sumOf(after, 'quarantined'),
  ]).toEqual([total, total, 0, 0]);
}, 180_000);
