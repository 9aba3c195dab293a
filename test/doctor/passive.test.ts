/** Each known mistake of a firmware is made, and recognised; a healthy device gives no finding. */
import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../broker/broker.ts';
import { eventually } from '../eventually.ts';
import {
  ADDRESS,
  checkOf,
  ERRORS,
  findingsOf,
  openPatient,
  type Patient,
  reading,
  TELEMETRY,
  WILL,
} from './patient.ts';

const HEALTHY = { will: WILL, keepalive: 120 };

/** The report once all that was published has been seen. */
async function reportOf(patient: Patient, publishes: number) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const report = await patient.end();
  expect(report.sum.publishes).toBe(publishes);
  return report;
}

/** The mistake alone, made by a device that is healthy otherwise. */
async function mistake(
  make: (patient: Patient) => Promise<number>,
  options?: Parameters<typeof openPatient>[0],
): Promise<Readonly<Record<string, string>>> {
  const patient = await openPatient(options);
  await patient.examine();
  return findingsOf(await reportOf(patient, await make(patient)));
}

for (const protocolVersion of [4, 5] as const) {
  describe(`a device that speaks version ${protocolVersion}`, () => {
    it('gives no finding when it is healthy', async () => {
      const patient = await openPatient();
      await patient.examine();
      const client = await patient.connect('probe', { ...HEALTHY, protocolVersion });
      await client.subscribeAsync(ERRORS, { qos: 1 });
      await client.publishAsync(WILL.topic, 'online', { qos: 1, retain: true });
      for (let ago = 12; ago > 0; ago--) await client.publishAsync(TELEMETRY, reading(ago), { qos: 1 });
      await client.endAsync();
      const report = await reportOf(patient, 13);
      expect(findingsOf(report)).toEqual({});
      expect(report.result).toBe('ok');
      expect(report.sum).toEqual({
        ...{ connections: 1, publishes: 13, readings: 12, acknowledged: 13, resent: 0 },
        ...{ protocols: [protocolVersion === 4 ? 'MQTT 3.1.1' : 'MQTT 5'], transports: ['tcp'] },
      });
      expect(report.digest).toMatch(/^[0-9a-f]{64}$/);
    });

    it('is observed from the middle of a connection', async () => {
      const patient = await openPatient();
      const client = await patient.connect('probe', { ...HEALTHY, protocolVersion });
      await client.publishAsync(TELEMETRY, reading(9), { qos: 1 });
      await patient.examine();
      for (let ago = 8; ago > 0; ago--) await client.publishAsync(TELEMETRY, reading(ago), { qos: 1 });
      const report = await reportOf(patient, 8);
      expect(findingsOf(report)).toEqual({});
      expect(report.sum.acknowledged).toBe(8);
      // Nobody looks on any longer, and it works as before.
      await client.publishAsync(TELEMETRY, reading(0), { qos: 1 });
      expect(patient.admitted).toHaveLength(10);
    });

    it.each([
      ['no will', { will: undefined }, {}, { WILL_MISSING: 'warning' }],
      ['a will that is not retained', { will: { ...WILL, retain: false } }, {}, { WILL_MISSING: 'warning' }],
      ['no keep-alive', { keepalive: 0 }, {}, { KEEP_ALIVE_WRONG: 'fail' }],
      [
        'a session that it never reads',
        { clean: false, properties: { sessionExpiryInterval: 60 } },
        {},
        { SESSION_UNREAD: 'warning' },
      ],
      ['QoS 0', {}, { qos: 0 as const }, { QOS_0: 'fail' }],
      ['retained telemetry', {}, { retain: true }, { RETAINED: 'warning' }],
    ])('is told of %s', async (_what, connect, publish, expected) => {
      const found = await mistake(async (patient) => {
        const client = await patient.connect('probe', { ...HEALTHY, ...connect, protocolVersion });
        await client.publishAsync(TELEMETRY, reading(2), { qos: 1, ...publish });
        await client.publishAsync(TELEMETRY, reading(1), { qos: 1, ...publish });
        return 2;
      });
      expect(found).toEqual(expected);
    });
  });
}

describe('payloads', () => {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).getTime();
  const six = (each: (index: number) => string) => Array.from({ length: 6 }, (_, index) => each(index));
  it.each<[string, readonly string[], object]>([
    ['no time', six((index) => JSON.stringify({ dissolved_oxygen: 6 + index / 10 })), { TIME_MISSING: 'warning' }],
    ['local time as UTC', [reading(0, { time: ago(-8) })], { CLOCK_WRONG: 'fail', ERRORS_UNREAD: 'warning' }],
    ['a clock of 1970', [reading(0, { time: 4000 })], { CLOCK_WRONG: 'fail', ERRORS_UNREAD: 'warning' }],
    [
      'a time without zone',
      [reading(0, { time: '2026-07-20 05:40:00' })],
      { CLOCK_WRONG: 'fail', ERRORS_UNREAD: 'warning' },
    ],
    [
      'UTC eight hours back',
      six((index) => reading(6 - index, { time: ago(8) + 1000 * index })),
      { CLOCK_WRONG: 'fail' },
    ],
    [
      'a fast clock',
      six((index) => reading(0, { time: Date.now() + 60_000 + 1000 * index })),
      { CLOCK_WRONG: 'warning' },
    ],
    [
      'one time for all',
      six((index) => reading(0, { time: ago(0.01), dissolved_oxygen: 6 + index })),
      { TIME_REPEATED: 'fail' },
    ],
    ['another interval', six((index) => reading(12 - 2 * index)), { INTERVAL_OFF: 'warning' }],
    ['broken JSON', ['{"dissolved_oxygen": 6.4,}'], { PAYLOAD_UNREADABLE: 'fail', ERRORS_UNREAD: 'warning' }],
    ['an unknown field', [reading(1, { oxygn: 4 })], { FIELDS_UNKNOWN: 'warning', ERRORS_UNREAD: 'warning' }],
    ['numbers in quotes', [reading(1, { ph: 'high' })], { VALUES_REFUSED: 'fail', ERRORS_UNREAD: 'warning' }],
    ['a sentinel', [reading(1, { ph: 65535 })], { SENTINELS_SENT: 'warning', ERRORS_UNREAD: 'warning' }],
    [
      'a stale buffer',
      Array.from({ length: 12 }, (_, index) =>
        reading(12 - index, { dissolved_oxygen: 6.42, water_temperature: 21.5 }),
      ),
      { VALUES_STUCK: 'warning' },
    ],
    [
      'indented JSON',
      [JSON.stringify(JSON.parse(reading(1, { ph: 8.1, turbidity: 12 })), null, 12)],
      { PAYLOAD_LARGE: 'warning' },
    ],
  ])('with %s are recognised', async (_what, payloads, expected) => {
    const found = await mistake(async (patient) => {
      const client = await patient.connect('probe', HEALTHY);
      for (const payload of payloads) await client.publishAsync(TELEMETRY, payload, { qos: 1 });
      return payloads.length;
    });
    expect(found).toEqual(expected);
  });

  it('on a channel that nothing listens to are recognised, with the reason', async () => {
    const patient = await openPatient();
    await patient.examine();
    const client = await patient.connect('probe', HEALTHY);
    await client.publishAsync('daoyu/park/probe/Telemetry', reading(1), { qos: 1 });
    const report = await reportOf(patient, 1);
    expect(findingsOf(report)).toEqual({ TOPIC_WRONG: 'fail' });
    expect(checkOf(report, 'TOPIC_WRONG')?.evidence?.en).toContain('daoyu/park/probe/Telemetry (capital letters)');
  });
});

describe('packets', () => {
  const CONNECT = {
    cmd: 'connect',
    clientId: 'park.probe',
    username: 'park.probe',
    password: Buffer.from('a password of the tests'),
    keepalive: 120,
    clean: true,
    protocolId: 'MQTT',
    protocolVersion: 4,
    will: WILL,
  } as const;
  const publish = (messageId: number, payload: string, dup = false) =>
    ({ cmd: 'publish', topic: TELEMETRY, messageId, payload, dup, qos: 1, retain: false }) as const;

  async function open(patient: Patient) {
    const client = await patient.raw();
    client.send(CONNECT as never);
    await client.next('connack');
    return client;
  }

  /** Telemetry is acknowledged when the test says so. */
  function slow() {
    const waiting: (() => void)[] = [];
    return {
      waiting,
      admit: ({ channel }: InboundMessage) =>
        channel === 'telemetry' ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve(),
    };
  }

  it('whose id is used again while it is open are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const client = await open(patient);
        client.send(publish(1, reading(3)), publish(1, reading(2)));
        await eventually(() => log.waiting.length === 2);
        for (const finish of log.waiting) finish();
        await client.next('puback');
        return 2;
      },
      { admit: log.admit },
    );
    expect(found).toEqual({ PACKET_ID_REUSED: 'fail' });
  });

  it('that come again without DUP are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const client = await open(patient);
        const text = reading(3);
        client.send(publish(1, text), publish(1, text));
        await eventually(() => log.waiting.length === 2);
        for (const finish of log.waiting) finish();
        await client.next('puback');
        return 2;
      },
      { admit: log.admit },
    );
    expect(found).toEqual({ DUP_MISSING: 'warning' });
  });

  it('that were open when the link broke, and never come again, are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const first = await open(patient);
        first.send(publish(1, reading(9)));
        await eventually(() => log.waiting.length === 1);
        first.socket.destroy();
        await first.closed;
        const second = await open(patient);
        for (const id of [2, 3, 4]) second.send(publish(id, reading(9 - id)));
        await eventually(() => log.waiting.length === 4);
        for (const finish of log.waiting) finish();
        await second.next('puback');
        return 4;
      },
      { admit: log.admit },
    );
    expect(found).toEqual({ NOT_RESENT: 'fail' });
  });

  it('that come again under a new time are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const first = await open(patient);
        first.send(publish(1, reading(9, { dissolved_oxygen: 6.123 })));
        await eventually(() => log.waiting.length === 1);
        first.socket.destroy();
        await first.closed;
        const second = await open(patient);
        second.send(publish(1, reading(0, { dissolved_oxygen: 6.123 }), true));
        await eventually(() => log.waiting.length === 2);
        for (const finish of log.waiting) finish();
        await second.next('puback');
        return 2;
      },
      { admit: log.admit },
    );
    expect(found).toEqual({ RESENT_WITH_NEW_TIME: 'fail' });
  });

  it('that are published on and on without a PUBACK are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const client = await open(patient);
        // The platform itself reads on to 150 here, so that none is left in the socket.
        for (let id = 1; id <= 101; id++) client.send(publish(id, reading(102 - id)));
        await eventually(() => log.waiting.length === 101);
        for (const finish of log.waiting) finish();
        await client.next('puback');
        return 101;
      },
      { admit: log.admit, limits: { maxInFlightPerClient: 150 } },
    );
    expect(found).toEqual({ PUBACK_NOT_AWAITED: 'warning' });
  });

  it('that are left behind by a DISCONNECT are recognised', async () => {
    const log = slow();
    const found = await mistake(
      async (patient) => {
        const client = await open(patient);
        client.send(publish(1, reading(1)), { cmd: 'disconnect' });
        await eventually(() => log.waiting.length === 1);
        for (const finish of log.waiting) finish();
        await client.closed;
        return 1;
      },
      { admit: log.admit },
    );
    expect(found).toEqual({ LEFT_BEFORE_PUBACK: 'fail' });
  });
});

describe('connections', () => {
  it('with a subscription that is refused are recognised', async () => {
    const found = await mistake(async (patient) => {
      const client = await patient.connect('probe', HEALTHY);
      await client.subscribeAsync('daoyu/park/other/commands/#', { qos: 1 }).catch(() => {});
      await client.publishAsync(TELEMETRY, reading(1), { qos: 1 });
      return 1;
    });
    expect(found).toEqual({ SUBSCRIPTION_REFUSED: 'fail' });
  });

  it('by a foreign client id are recognised, again and again', async () => {
    const found = await mistake(async (patient) => {
      for (let attempt = 0; attempt < 6; attempt++)
        await patient.connect('probe', { ...HEALTHY, clientId: `esp-${attempt}` }).catch(() => {});
      return 0;
    });
    expect(found).toEqual({ LOGIN_REFUSED: 'fail', RECONNECTS_WITHOUT_PAUSE: 'fail' });
  });

  it('of two devices with one credential are recognised', async () => {
    const found = await mistake(async (patient) => {
      for (let index = 0; index < 4; index++) {
        const client = await patient.connect('probe', HEALTHY);
        await client.publishAsync(TELEMETRY, reading(4 - index), { qos: 1 });
      }
      return 4;
    });
    expect(found).toEqual({ CREDENTIAL_SHARED: 'fail' });
  });

  it('for one reading each are recognised', async () => {
    const found = await mistake(async (patient) => {
      for (let index = 0; index < 5; index++) {
        const client = await patient.connect('probe', HEALTHY);
        await client.publishAsync(TELEMETRY, reading(5 - index), { qos: 1 });
        await client.endAsync();
      }
      return 5;
    });
    expect(found).toEqual({ CONNECTS_PER_READING: 'warning' });
  });

  it('of another device are none of its business', async () => {
    const patient = await openPatient();
    await patient.examine();
    const client = await patient.connect('other', { keepalive: 0 });
    await client.publishAsync('daoyu/park/other/telemetry', reading(1), { qos: 0 });
    const report = await reportOf(patient, 0);
    expect(report.result).toBe('unseen');
    expect(report.sum.connections).toBe(0);
    expect(ADDRESS.device).toBe('probe');
  });
});
