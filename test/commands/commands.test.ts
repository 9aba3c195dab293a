import { describe, expect, it } from 'vitest';
import type { Command } from '../../commands/command.ts';
import { eventually } from '../eventually.ts';
import { newDataDir, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { type ObedientOptions, openObedientDevice } from './obedient-device.ts';

interface Sent {
  readonly id: string;
  readonly state: string;
}

const PATH = '/api/v1/devices/daoyu/pump/commands';

async function prepare(options: Partial<ObedientOptions> = { workMs: 0 }, environment: Record<string, string> = {}) {
  const running = await runPlatform({ DAOYU_DEMO: 'yes', ...environment });
  const credentials = await running.addDevice('pump', 'aquaculture_pond');
  const device = openObedientDevice({ url: () => running.platform.urls.mqtt.mqtt ?? '', credentials, ...options });
  return { running, credentials, device, ...asked(running) };
}

function asked({ get, post }: RunningPlatform) {
  const find = (id: string) => get<Command>(`${PATH}/${id}`);
  return {
    find,
    send: (seconds = 60) => post<Sent>(`${PATH}/aerator?expiresInSeconds=${seconds}&by=Wang`, { on: true }),
    becomes: (id: string, state: string) =>
      eventually(
        () => find(id),
        (command) => command.state === state,
        20_000,
      ),
  };
}

describe('an interlock', () => {
  it('refuses to switch an aerator off over dying fish, unless somebody says so, which stands in the trail', async () => {
    const { running, credentials, device, becomes } = await prepare();
    const client = await running.connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen": 2.7}', { qos: 1 });
    await client.endAsync();
    await eventually(
      () => running.get<{ latest: { values: object }[] }>('/api/v1/latest?device=pump'),
      ({ latest }) => 'dissolved_oxygen' in (latest[0]?.values ?? {}),
    );
    await expect(running.post(`${PATH}/aerator`, { on: false })).rejects.toThrow(/COMMAND_INTERLOCKED|below 4 mg/);
    expect(device.heard).toEqual([]);
    await device.connect();
    const { id } = await running.post<Sent>(`${PATH}/aerator?override=true`, { on: false });
    await becomes(id, 'done');
    const { audit } = await running.get<{ audit: object[] }>('/api/v1/audit?what=command');
    expect(audit).toMatchObject([{ where: 'daoyu/pump/aerator', after: { value: { on: false }, override: true } }]);
  });
});

describe('a command', () => {
  it('reaches the device with id, expiry and who asks, and is done when the device says so', async () => {
    const { device, send, becomes, running } = await prepare();
    await device.connect();
    const { id, state } = await send();
    expect(state).toBe('sent');
    const command = await becomes(id, 'done');
    expect(command).toMatchObject({ name: 'aerator', value: { on: true }, by: 'Wang', result: { is: 'on' } });
    expect(command.receivedAt).toBeLessThanOrEqual(command.endedAt ?? 0);
    expect(device.heard[0]).toEqual({ id, expires: command.expires, by: 'Wang', value: { on: true } });
    expect(device.effects.get(id)).toBe(1);
    const second = await send();
    await becomes(second.id, 'done');
    const { commands } = await running.get<{ commands: Command[] }>(PATH);
    expect(commands.map((each) => each.id)).toEqual([second.id, id]);
    const older = await running.get<{ commands: Command[] }>(`${PATH}?before=${second.id}`);
    expect(older.commands.map((each) => each.id)).toEqual([id]);
  });

  it('waits for a device that is away, and is done when it comes back in time', async () => {
    const { device, send, becomes, find } = await prepare();
    const { id } = await send();
    expect(await find(id)).toMatchObject({ state: 'sent' });
    await device.connect();
    await becomes(id, 'done');
    expect(device.effects.get(id)).toBe(1);
  });

  it('expires when the device comes back too late, and is not sent any more', async () => {
    const { device, send, becomes } = await prepare();
    const { id } = await send(1);
    const after = await send();
    await becomes(id, 'expired');
    await device.connect();
    await becomes(after.id, 'done');
    expect(device.heard.map((each) => each.id)).not.toContain(id);
  });

  it('stays expired when the answer comes late, and shows the answer', async () => {
    const { device, send, becomes, find } = await prepare({});
    await device.connect();
    const { id } = await send(1);
    await becomes(id, 'expired');
    await device.reply({ id, state: 'done', message: 'the pump was slow' });
    const command = await eventually(
      () => find(id),
      ({ late }) => late !== undefined,
    );
    expect(command).toMatchObject({ state: 'expired', late: { state: 'done', message: 'the pump was slow' } });
  });

  it('is sent again under the same id until the device answers', async () => {
    const { device, send, find } = await prepare({});
    await device.connect();
    const { id } = await send();
    await eventually(() => device.heard.length >= 2);
    expect(new Set(device.heard.map((each) => each.id))).toEqual(new Set([id]));
    expect(await find(id)).toMatchObject({ state: 'sent' });
  });

  it('keeps one id for one Idempotency-Key, asked one after the other and at one time', async () => {
    const { running, device, becomes } = await prepare();
    await device.connect();
    const ask = async (key: string, body: object) => {
      const response = await fetch(`${running.platform.urls.http}${PATH}/aerator`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${running.platform.token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, ...((await response.json()) as { id: string; code?: string }) };
    };
    const together = await Promise.all([1, 2, 3].map(() => ask('press-1', { on: true })));
    expect(new Set(together.map(({ id }) => id)).size).toBe(1);
    const [{ id } = { id: '' }] = together;
    await becomes(id, 'done');
    expect(await ask('press-1', { on: true })).toMatchObject({ status: 202, id, state: 'done' });
    expect(await ask('press-1', { on: false })).toMatchObject({ status: 409, code: 'COMMAND_KEY_REUSED' });
    expect((await ask('press-2', { on: true })).id).not.toBe(id);
    expect(device.effects.get(id)).toBe(1);
  });

  it('goes as its bare body, without an id, to firmware from before', async () => {
    const { running, device } = await prepare({});
    await device.connect();
    const answer = await running.post(`${PATH}/aerator?raw=true`, { on: true });
    expect(answer).toEqual({ topic: 'daoyu/daoyu/pump/commands/aerator', isConnected: true });
    await eventually(() => device.heard.length === 1);
    expect(device.heard[0]).toEqual({ on: true });
    expect(await running.get(PATH)).toEqual({ commands: [] });
  });
});

describe('a reply', () => {
  it('that is none is told and quarantined; one to an id of nobody is told', async () => {
    const { running, credentials } = await prepare();
    const client = await running.connect(credentials);
    const told: { code: string; field?: string }[] = [];
    client.on('message', (_topic, payload) => told.push(JSON.parse(payload.toString('utf8')) as { code: string }));
    await client.subscribeAsync(credentials.topics.errors, { qos: 1 });
    const topic = 'daoyu/daoyu/pump/replies';
    for (const payload of [
      '{',
      '[]',
      '{"id": 7, "state": "done"}',
      '{"id": "1763900000000-0123456789ab", "state": "ok"}',
    ])
      await client.publishAsync(topic, payload, { qos: 1 });
    const unknown = { id: '1763900000000-0123456789ab', state: 'done' };
    await client.publishAsync(topic, JSON.stringify(unknown), { qos: 1 });
    await eventually(() => told.length === 5);
    expect(told.map(({ code }) => code).sort()).toEqual(['COMMAND_UNKNOWN', ...Array(4).fill('REPLY_INVALID')]);
    expect(told.map(({ field }) => field)).toContain('state');
    const { quarantine } = await eventually(
      () => running.get<{ quarantine: { reason: { code: string } }[] }>('/api/v1/quarantine'),
      (answer) => answer.quarantine.length === 4,
    );
    expect(new Set(quarantine.map(({ reason }) => reason.code))).toEqual(new Set(['REPLY_INVALID']));
  });
});

it('commands go on where they were after the platform is started again', async () => {
  const dataDir = newDataDir();
  const first = await runPlatform({ DAOYU_DATA_DIR: dataDir });
  const credentials = await first.addDevice('pump', 'aquaculture_pond');
  const before = asked(first);
  const [short, long] = [await before.send(1), await before.send(120)];
  await first.platform.close();
  const second = await runPlatform({ DAOYU_DATA_DIR: dataDir });
  const after = asked(second);
  await after.becomes(short.id, 'expired');
  const device = openObedientDevice({ url: () => second.platform.urls.mqtt.mqtt ?? '', credentials, workMs: 0 });
  await device.connect();
  await after.becomes(long.id, 'done');
  expect(device.effects).toEqual(new Map([[long.id, 1]]));
});

it('of forty under random cuts of the device each acts at most once and each ends', async () => {
  const { running, device, send } = await prepare({ workMs: 20 });
  await device.connect();
  const sent: string[] = [];
  let isSending = true;
  const cutting = (async () => {
    while (isSending) {
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 250));
      await device.cut();
      await device.connect();
    }
  })();
  for (let count = 0; count < 40; count++) {
    sent.push((await send()).id);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
  }
  isSending = false;
  await cutting;
  const { commands } = await eventually(
    () => running.get<{ commands: Command[] }>(`${PATH}?limit=200`),
    (answer) => answer.commands.every(({ state }) => ['done', 'failed', 'expired'].includes(state)),
    90_000,
  );
  expect(commands.map(({ id }) => id)).toEqual(sent.toReversed());
  expect([...device.effects.values()].every((times) => times === 1)).toBe(true);
  // What the device did it also got to say: nothing took as long as a minute.
  expect(commands.filter(({ state }) => state === 'done').length).toBe(40);
  expect(device.effects.size).toBe(40);
}, 120_000);
