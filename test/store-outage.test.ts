import { expect, it } from 'vitest';
import { DaoyuError } from '../errors.ts';
import { eventually } from './eventually.ts';
import { runPlatform } from './running-platform.ts';

interface Ledger {
  readonly ledger: readonly {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly quarantined: number;
    readonly pending: number;
  }[];
}

it('with the store failing, devices still get PUBACKs, the backlog is visible and drains when the store is back', async () => {
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
  const credentials = await addDevice('probe', 'aquaculture_pond');
  const client = await connect(credentials);
  const first = Date.now() - 3_600_000;
  const publish = (index: number) =>
    client.publishAsync(
      credentials.topics.telemetry,
      JSON.stringify({ time: first + index * 1000, dissolved_oxygen: 5 + (index % 10) / 10 }),
      { qos: 1 },
    );
  await publish(0);
  isFailing = true;
  for (let index = 1; index <= 500; index++) await publish(index);
  const during = await get<Ledger>('/api/v1/ledger?device=probe');
  expect(during.ledger[0]?.received).toBe(501);
  expect(during.ledger[0]?.pending).toBeGreaterThan(400);
  const ready = await get<{ status: string; checks: { name: string; message?: string }[] }>('/readyz');
  expect(ready.status).toBe('ready');
  isFailing = false;
  const after = await eventually(
    () => get<Ledger>('/api/v1/ledger?device=probe'),
    (answer) => answer.ledger[0]?.pending === 0,
    25_000,
  );
  expect(after.ledger[0]).toMatchObject({ received: 501, stored: 501, duplicate: 0, quarantined: 0 });
}, 60_000);
