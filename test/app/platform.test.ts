import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { runPlatform } from '../running-platform.ts';

interface Latest {
  readonly latest: readonly {
    readonly device: string;
    readonly time: number;
    readonly state: string;
    readonly values: Record<string, number>;
  }[];
}
interface Quarantine {
  readonly quarantine: readonly {
    readonly id: string;
    readonly reason: { readonly code: string; readonly field?: string; readonly message: string };
    readonly payload: string;
  }[];
}

describe('a reading', () => {
  it('travels from a real MQTT client to the latest values, the series and the ledger', async () => {
    const { addDevice, connect, get } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials);
    const time = Date.now() - 1000;
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify({ time, dissolved_oxygen: 6.42 }), {
      qos: 1,
    });
    const { latest } = await eventually(
      () => get<Latest>('/api/v1/latest?device=probe'),
      (answer) => answer.latest[0]?.values.dissolved_oxygen === 6.42,
    );
    expect(latest[0]?.time).toBe(time);
    const { series } = await get<{ series: { unit: string; points: number[][] }[] }>(
      '/api/v1/series?kind=aquaculture_pond&device=probe&fields=dissolved_oxygen&from=-1h',
    );
    expect(series).toMatchObject([{ unit: 'mg/L', points: [[time, 6.42]] }]);
  });

  it('sent three times is stored once, with two duplicates in the ledger', async () => {
    const { addDevice, connect, get } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials);
    const payload = JSON.stringify({ time: Date.now(), dissolved_oxygen: 5 });
    for (let count = 0; count < 3; count++)
      await client.publishAsync(credentials.topics.telemetry, payload, { qos: 1 });
    const { ledger } = await eventually(
      () => get<LedgerAnswer>('/api/v1/ledger?device=probe'),
      (answer) => answer.ledger.length > 0 && isDrained(answer),
    );
    expect(ledger[0]).toMatchObject({ received: 3, stored: 1, duplicate: 2, quarantined: 0, pending: 0 });
  });
});

describe('a refused payload', () => {
  const bad: Record<string, { readonly payload: string | Buffer; readonly code: string }> = {
    'garbage bytes': { payload: Buffer.from([0xff, 0xfe, 0, 1, 0x80]), code: 'PAYLOAD_NOT_UTF8' },
    'truncated JSON': { payload: '{"dissolved_oxygen": 6.', code: 'PAYLOAD_NOT_JSON' },
    'a 10,000-deep JSON': { payload: '['.repeat(10_000) + ']'.repeat(10_000), code: 'PAYLOAD_TOO_DEEP' },
    'a time in 1970': { payload: '{"time": 12345, "dissolved_oxygen": 6}', code: 'TIME_TOO_OLD' },
    'a time in 2036': {
      payload: `{"time": ${Date.parse('2036-02-07T00:00:00Z')}, "dissolved_oxygen": 6}`,
      code: 'TIME_IN_FUTURE',
    },
    'a number as a string': { payload: '{"dissolved_oxygen": "6.4"}', code: 'VALUE_NOT_A_NUMBER' },
    'a 2 MB payload': {
      payload: `{"dissolved_oxygen": 6, "note": "${'x'.repeat(2_000_000)}"}`,
      code: 'PAYLOAD_TOO_LARGE',
    },
  };

  it('is acknowledged, quarantined with its reason and told on the errors topic; the connection stays and the ledger adds up', async () => {
    const { addDevice, connect, get } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials);
    const told: string[] = [];
    let closed = 0;
    client.on('close', () => closed++);
    client.on('message', (_topic, payload) => told.push((JSON.parse(payload.toString()) as { code: string }).code));
    await client.subscribeAsync(credentials.topics.errors, { qos: 1 });
    for (const { payload } of Object.values(bad))
      await client.publishAsync(credentials.topics.telemetry, payload, { qos: 1 });
    const codes = Object.values(bad).map(({ code }) => code);
    await eventually(() => told.length >= codes.length);
    expect([...told].sort()).toEqual([...codes].sort());
    expect(closed).toBe(0);
    const { quarantine } = await eventually(
      () => get<Quarantine>('/api/v1/quarantine?device=probe'),
      (answer) => answer.quarantine.length >= codes.length,
    );
    expect(quarantine.map((row) => row.reason.code).sort()).toEqual([...codes].sort());
    const { ledger } = await eventually(() => get<LedgerAnswer>('/api/v1/ledger?device=probe'), isDrained);
    expect(ledger[0]).toMatchObject({
      received: codes.length,
      stored: 0,
      duplicate: 0,
      quarantined: codes.length,
      pending: 0,
    });
  });

  it('is taken in by a replay once the mapping is mended', async () => {
    const { addDevice, connect, get, put, post } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials);
    const time = Date.now() - 5000;
    await client.publishAsync(
      credentials.topics.telemetry,
      JSON.stringify({ time, dissolved_oxygen: 653, water_temperature: 20 }),
      { qos: 1 },
    );
    const { quarantine } = await eventually(
      () => get<Quarantine>('/api/v1/quarantine?device=probe'),
      (answer) => answer.quarantine.length === 1,
    );
    expect(quarantine[0]?.reason).toMatchObject({ code: 'VALUE_OUT_OF_RANGE', field: 'dissolved_oxygen' });
    await put('/api/v1/devices/daoyu/probe/mapping', {
      keys: { dissolved_oxygen: { field: 'dissolved_oxygen', scale: 0.01 } },
    });
    await post(`/api/v1/quarantine/${quarantine[0]?.id}/replay`);
    const { latest } = await eventually(
      () => get<Latest>('/api/v1/latest?device=probe'),
      (answer) => answer.latest[0]?.values.dissolved_oxygen !== undefined,
    );
    // The saturation follows from both, and is worked out as soon as both are there.
    expect(latest[0]?.values).toEqual({ dissolved_oxygen: 6.53, water_temperature: 20, oxygen_saturation: 75.8 });
    const { ledger } = await eventually(() => get<LedgerAnswer>('/api/v1/ledger?device=probe'), isDrained);
    const [row] = ledger;
    expect(row?.received).toBe((row?.stored ?? 0) + (row?.duplicate ?? 0) + (row?.quarantined ?? 0));
  });
});

describe('a stranger', () => {
  it("with a wrong password, a foreign client id or on another device's topic is turned away", async () => {
    const { addDevice, connect, get } = await runPlatform();
    const mine = await addDevice('mine', 'aquaculture_pond');
    const other = await addDevice('other', 'aquaculture_pond');
    await expect(connect({ ...mine, password: 'guess' })).rejects.toThrow(/Not authorized|Bad username/i);
    await expect(connect({ ...mine, clientId: other.clientId })).rejects.toThrow(/Identifier rejected|Not authorized/i);
    const client = await connect(mine);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish(other.topics.telemetry, '{"dissolved_oxygen": 1}', { qos: 1 });
    await closed;
    const { latest } = await get<Latest>('/api/v1/latest?device=other');
    expect(latest.every((row) => Object.keys(row.values).length === 0)).toBe(true);
  });
});

describe('the live stream', () => {
  it('carries a reading and replays what came behind an id', async () => {
    const { addDevice, connect, platform } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials);
    const listen = async (headers: Record<string, string>, until: (text: string) => boolean) => {
      const controller = new AbortController();
      const response = await fetch(new URL('/api/v1/live', platform.urls.http), {
        headers: { authorization: `Bearer ${platform.token}`, ...headers },
        signal: controller.signal,
      });
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (until(text)) break;
      }
      controller.abort();
      return text;
    };
    const hears = listen({}, (text) => text.includes('7.77'));
    // Published again and again until the stream, whose opening has no acknowledgement, has it.
    const publishing = setInterval(
      () => client.publish(credentials.topics.telemetry, JSON.stringify({ dissolved_oxygen: 7.77 }), { qos: 1 }),
      50,
    );
    const heard = await hears;
    clearInterval(publishing);
    const id = /id: ?(\d+)/.exec(heard)?.[1] ?? '';
    expect(id).not.toBe('');
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify({ dissolved_oxygen: 8.88 }), { qos: 1 });
    const replayed = await listen({ 'last-event-id': id }, (text) => text.includes('8.88'));
    expect(replayed).not.toContain(`id: ${id}\n`);
  });
});
