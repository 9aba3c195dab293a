/** One payload with several children: one message each, each with its own verdict. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../ingest/decode.ts';
import { NOW, openParts, type Parts } from './parts.ts';

const AT = NOW - 3_600_000;

async function open() {
  const parts = await openParts();
  await parts.addDevice('bridge', { isGateway: true });
  await parts.addDevice('north', { gateway: 'bridge', ids: ['A1'] });
  await parts.addDevice('south', { gateway: 'bridge', ids: ['A2'] });
  return parts;
}

const take = async (parts: Parts, payload: unknown, isResend = false) => {
  await parts.publish('bridge', payload, { isResend });
  const stored = await parts.stored();
  return stored.map(({ device, time, values }) => [device, time, values.ph]).sort();
};

const BOTH = [
  ['north', AT, 7.1],
  ['south', AT, 7.2],
];

describe('a message of a gateway is one message a child', () => {
  it.each([
    [
      'a list',
      [
        { sn: 'A1', ph: 7.1, time: AT },
        { sn: 'A2', ph: 7.2, time: AT },
      ],
    ],
    [
      'a list in the message, its time said once',
      {
        time: AT,
        devices: [
          { sn: 'a1', ph: 7.1 },
          { sn: 'a2', ph: 7.2 },
        ],
      },
    ],
    [
      'a list within',
      {
        data: {
          ts: AT,
          nodeList: [
            { device_id: 'A1', ph: 7.1 },
            { device_id: 'A2', ph: 7.2 },
          ],
        },
      },
    ],
    [
      'a list by addresses',
      {
        ts: AT,
        slaves: [
          { addr: 'A1', ph: 7.1 },
          { addr: 'A2', ph: 7.2 },
        ],
      },
    ],
    ['keys', { time: AT, A1: { ph: 7.1 }, A2: { ph: 7.2 } }],
    ['keys within', { ZbReceived: { A1: { ph: 7.1, time: AT }, A2: { ph: 7.2, time: AT } } }],
    ['ThingsBoard', { A1: [{ ts: AT, values: { ph: 7.1 } }], A2: [{ ts: AT, values: { ph: 7.2 } }] }],
    [
      'Huawei',
      {
        devices: ['A1', 'A2'].map((id, index) => ({
          device_id: id,
          services: [
            { service_id: 'W', properties: { ph: [7.1, 7.2][index] }, event_time: new Date(AT).toISOString() },
          ],
        })),
      },
    ],
    [
      'Alink, packed',
      {
        id: '1',
        version: '1.0',
        method: 'thing.event.property.pack.post',
        params: {
          properties: {},
          subDevices: ['A1', 'A2'].map((deviceName, index) => ({
            identity: { productKey: 'p', deviceName },
            properties: { ph: { value: [7.1, 7.2][index], time: AT } },
            events: {},
          })),
        },
      },
    ],
    [
      'Alink, older',
      {
        id: '1',
        version: '1.0',
        method: 'thing.event.property.history.post',
        params: ['A1', 'A2'].map((deviceName, index) => ({
          identity: { productKey: 'p', deviceName },
          properties: [{ ph: { value: [7.1, 7.2][index], time: AT } }],
        })),
      },
    ],
  ])('%s', async (_, payload) => {
    const parts = await open();
    expect(await take(parts, payload)).toEqual(BOTH);
    expect(parts.told).toEqual([]);
    // Nothing of it doubles when the acknowledgement was lost.
    expect(await take(parts, payload, true)).toEqual(BOTH);
    for (const device of ['north', 'south'])
      expect(await parts.row(device)).toEqual({ received: 2, stored: 1, duplicate: 1, quarantined: 0 });
  });

  it('and what is the gateway’s own stays its own', async () => {
    const parts = await open();
    expect(await take(parts, { time: AT, battery: 92, devices: [{ sn: 'A1', ph: 7.1 }] })).toEqual([
      ['bridge', AT, undefined],
      ['north', AT, 7.1],
    ]);
  });

  it('each with its own verdict: one that is refused, one nobody knows', async () => {
    const parts = await open();
    const devices = [
      { sn: 'A1', ph: 7.1 },
      { sn: 'A2', ph: 710 },
      { sn: 'A3', ph: 7.3 },
    ];
    let outcome: unknown;
    await parts.intake.admit({
      ...{ park: 'tianyu', device: 'bridge', channel: 'telemetry', topic: 'daoyu/tianyu/bridge/telemetry' },
      payload: Buffer.from(JSON.stringify({ time: AT, devices })),
      ...{ receivedAt: NOW, isResend: false },
      onRefused: (reasons, isWhole) => (outcome = [reasons.map(({ code }) => code), isWhole]),
    });
    expect(outcome).toEqual([['VALUE_OUT_OF_RANGE', 'CHILD_UNKNOWN'], false]);
    expect(await parts.row('north')).toEqual({ received: 1, stored: 1, duplicate: 0, quarantined: 0 });
    expect(await parts.row('south')).toEqual({ received: 1, stored: 0, duplicate: 0, quarantined: 1 });
    expect(await parts.row('bridge')).toEqual({ received: 1, stored: 0, duplicate: 0, quarantined: 1 });
    expect(parts.told.map(({ device, code }) => [device, code])).toEqual([
      ['south', 'VALUE_OUT_OF_RANGE'],
      ['bridge', 'CHILD_UNKNOWN'],
    ]);
    const records = await parts.records(2);
    await parts.addDevice('west', { gateway: 'bridge', ids: ['A3'] });
    const unknown = records.find(({ reason }) => reason.code === 'CHILD_UNKNOWN');
    expect(await parts.quarantine.replay(unknown?.id ?? '')).toMatchObject({ accepted: 1 });
    expect((await parts.stored()).map(({ device, time }) => [device, time]).sort()).toEqual([
      ['north', AT],
      ['west', AT],
    ]);
  });

  it('and is not acknowledged before the last of them is durable', async () => {
    const parts = await open();
    const { append } = parts.bus;
    const held: (() => void)[] = [];
    Object.assign(parts.bus, {
      append: async (entries: Parameters<typeof append>[0]) => {
        await new Promise<void>((resolve) => held.push(resolve));
        return append.call(parts.bus, entries);
      },
    });
    let isAcknowledged = false;
    const published = parts
      .publish('bridge', [
        { sn: 'A1', ph: 7.1 },
        { sn: 'A2', ph: 7.2 },
      ])
      .then(() => (isAcknowledged = true));
    await expect.poll(() => held.length).toBe(1);
    expect(isAcknowledged).toBe(false);
    for (const release of held) release();
    await published;
    expect(await parts.row('south')).toMatchObject({ stored: 1 });
  });

  it('but lists that name no device are contents of one message', async () => {
    const parts = await open();
    const payload = { ph: 7.1, time: AT, history: [{ time: AT - 1000, ph: 7 }], rxInfo: [{ gatewayId: 'g' }] };
    expect(await take(parts, payload)).toEqual([
      ['bridge', AT - 1000, 7],
      ['bridge', AT, 7.1],
    ]);
    expect(parts.told.map(({ code }) => code)).toEqual(['FIELD_UNKNOWN']);
  });
});

it('a device that is no gateway speaks for itself alone', () => {
  const pack = {
    id: '1',
    version: '1.0',
    params: [{ identity: { deviceName: 'x' }, properties: { ph: { value: 7.1, time: AT } } }],
  };
  expect(decode(Buffer.from(JSON.stringify(pack)))).toMatchObject({
    ok: true,
    value: [{ time: AT, values: { ph: 7.1 } }],
  });
});
