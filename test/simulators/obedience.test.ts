import { expect, it } from 'vitest';
import type { Command } from '../../commands/command.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { ReplyFault } from '../../simulators/fault.ts';
import { loadFaults } from '../../simulators/faults.ts';
import { loadModels } from '../../simulators/models.ts';
import { createObedience } from '../../simulators/obedience.ts';
import { startRun } from '../../simulators/run.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

const [kinds, faults, models] = await Promise.all([loadKinds(), loadFaults(), loadModels()]);

async function station(fault?: string) {
  const running = await runPlatform();
  const made = await running.addDevice('station', 'aquaculture_pond');
  const member = {
    ...{ park: 'daoyu', site: 'test-site', device: 'station', kind: 'aquaculture_pond' },
    password: made.password,
    intervalMs: 200,
  };
  const from = Date.now();
  const run = startRun({
    ...{ kinds, faults, models, url: running.platform.urls.mqtt.mqtt ?? '', members: [member] },
    ...(fault && { plans: [{ fault, fromHour: 0, toHour: 48 }] }),
    ...{ seed: 'obedience', from, speed: 1, clock: Date.now },
  });
  const path = '/api/v1/devices/daoyu/station/commands';
  const send = async (value: object, name = 'aerator', seconds = 30) =>
    (await running.post<{ id: string }>(`${path}/${name}?expiresInSeconds=${seconds}`, value)).id;
  const ended = (id: string) =>
    eventually(
      () => running.get<Command>(`${path}/${id}`),
      ({ state }) => state !== 'sent' && state !== 'received',
      20_000,
    );
  const aerator = async () => {
    const { latest } = await running.get<{ latest: { device: string; values: Record<string, number> }[] }>(
      '/api/v1/latest?device=station',
    );
    return latest[0]?.values.aerator_on;
  };
  return { send, ended, aerator, close: () => run.close() };
}

it('a simulated pond station switches its aerator as it is told, and says what it does not have', async () => {
  const { send, ended, aerator, close } = await station();
  for (const on of [true, false, true]) {
    expect((await ended(await send({ on }))).state).toBe('done');
    await eventually(aerator, (value) => value === (on ? 1 : 0), 20_000);
  }
  expect(await ended(await send({ on: 'please' }))).toMatchObject({ state: 'failed' });
  expect(await ended(await send({}, 'feeder'))).toMatchObject({ state: 'failed', message: 'there is no feeder here' });
  await close();
}, 90_000);

it('one that gives no reply lets the command expire', async () => {
  const { send, ended, close } = await station('no-reply');
  expect((await ended(await send({ on: true }, 'aerator', 2))).state).toBe('expired');
  await close();
}, 60_000);

it('one whose reply is late is shown late, and one whose reply is untrue says done while nothing moves', async () => {
  const now = Date.now();
  const said: string[] = [];
  const orders: unknown[] = [];
  const create = (fault: ReplyFault) =>
    createObedience({
      model: { obey: (_name, value) => orders.push(value) > 0 },
      at: () => now,
      clock: () => now,
      faultAt: () => fault,
      reply: (payload) => said.push(payload),
    });
  const command = JSON.stringify({
    id: '1763900000000-0123456789ab',
    expires: now + 1000,
    by: 'Wang',
    value: { on: true },
  });
  const done = JSON.stringify({ id: '1763900000000-0123456789ab', state: 'done' });
  const idle = create({ is: 'idle' });
  idle.take('aerator', command);
  expect([said, orders]).toEqual([[done], []]);
  const late = create({ is: 'late', seconds: 0.05 });
  late.take('aerator', command);
  late.take('aerator', command);
  // It acts at once, and once.
  expect([said.length, orders]).toEqual([1, [{ on: true }]]);
  await eventually(() => said.length === 3);
  expect(said[2]).toBe(done);
});
