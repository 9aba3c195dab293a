import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, openParts } from './parts.ts';

describe('a good reading', () => {
  it('is stored under the names of the kind, with measured and received time', async () => {
    const { addDevice, publish, stored, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW - 5000, seq: 17, DO: 6.42, 'Water Temp': 24.1, firmware: '1.2' });
    expect(await stored()).toMatchObject([
      {
        park: 'tianyu',
        site: 'pond-1',
        device: 'probe',
        kind: 'aquaculture_pond',
        time: NOW - 5000,
        receivedAt: NOW,
        seq: 17,
        values: { dissolved_oxygen: 6.42, water_temperature: 24.1 },
      },
    ]);
    expect(await row('probe')).toEqual({ received: 1, stored: 1, duplicate: 0, quarantined: 0 });
  });

  it('without a time gets that of its receipt, and two in one millisecond stay two', async () => {
    const { addDevice, publish, stored } = await openParts();
    await addDevice('probe');
    await Promise.all([publish('probe', { ph: 7 }), publish('probe', { ph: 7.1 })]);
    expect((await stored()).map(({ time, values }) => [time, values.ph])).toEqual([
      [NOW, 7],
      [NOW + 1, 7.1],
    ]);
  });

  it('carries its attributes and the flags of what is doubtful', async () => {
    const { addDevice, publish, stored } = await openParts();
    await addDevice('truck', { kind: 'cold_chain' });
    await publish('truck', { time: NOW - 3_600_000, shipment_id: 'S-1', air_temperature: 4 });
    expect(await stored()).toMatchObject([
      { attributes: { shipment_id: 'S-1' }, flags: { air_temperature: ['late'] } },
    ]);
  });

  it('keeps its counter where that is a whole number, and attributes of up to 128 signs', async () => {
    const { addDevice, publish, stored } = await openParts();
    await addDevice('truck', { kind: 'cold_chain' });
    const sent = [{ seq: 2 ** 53 - 1, shipment_id: 'x'.repeat(200) }, { seq: 1.5, shipment_id: 7 }, { seq: '3' }, {}];
    for (const [index, more] of sent.entries())
      await publish('truck', { time: NOW - index, air_temperature: 4, ...more });
    const byTime = [...(await stored())].sort((a, b) => b.time - a.time);
    expect(byTime.map(({ seq }) => seq)).toEqual([2 ** 53 - 1, undefined, undefined, undefined]);
    expect(byTime.map(({ attributes }) => attributes?.shipment_id)).toEqual([
      ...['x'.repeat(128), '7', undefined, undefined],
    ]);
  });

  it('of a vendor goes through the mapping: keys, nesting, scale, texts', async () => {
    const { addDevice, publish, stored, told } = await openParts();
    const keys = {
      'data.reg1': { field: 'dissolved_oxygen', scale: 0.01 },
      'data.reg0': 'water_temperature',
      junk: null,
    };
    await addDevice('dtu', { mapping: { keys, acceptStrings: true, utcOffsetMinutes: 480 } });
    await publish('dtu', { time: '2026-07-20 11:59:00', data: { reg0: '24.5', reg1: 653 }, junk: 1 });
    expect(await stored()).toMatchObject([
      { time: NOW - 60_000, values: { dissolved_oxygen: 6.53, water_temperature: 24.5 } },
    ]);
    expect(told).toEqual([]);
  });
});

describe('a bad value', () => {
  it('is withheld, quarantined and told, and its neighbours are kept', async () => {
    const { addDevice, publish, stored, records, told, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW, dissolved_oxygen: 653, water_temperature: -127, ph: 7.5 });
    expect((await stored()).map(({ values }) => values)).toEqual([{ ph: 7.5 }]);
    const list = await records(2);
    expect(list.map(({ scope, reason }) => [scope, reason.code, reason.field]).sort()).toEqual([
      ['field', 'VALUE_OUT_OF_RANGE', 'dissolved_oxygen'],
      ['field', 'VALUE_SENTINEL', 'water_temperature'],
    ]);
    expect(told.map(({ code, field, position, count }) => [code, field, position, count])).toEqual([
      ['VALUE_OUT_OF_RANGE', 'dissolved_oxygen', 0, 1],
      ['VALUE_SENTINEL', 'water_temperature', 0, 1],
    ]);
    expect(await row('probe')).toEqual({ received: 1, stored: 1, duplicate: 0, quarantined: 0 });
  });

  it('alone takes its reading into quarantine', async () => {
    const { addDevice, publish, records, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { dissolved_oxygen: '6.4' });
    expect(await records(1)).toMatchObject([{ scope: 'reading', reason: { code: 'VALUE_NOT_A_NUMBER' } }]);
    expect(await row('probe')).toEqual({ received: 1, stored: 0, duplicate: 0, quarantined: 1 });
  });

  it('in many readings of a message is told once, with how many there were', async () => {
    const { addDevice, publish, told, records } = await openParts();
    await addDevice('probe');
    const backlog = [1, 2, 3].map((minute) => ({ age: minute * 60, ph: 7, water_temperature: -127 }));
    await publish('probe', backlog);
    expect(told).toMatchObject([{ code: 'VALUE_SENTINEL', count: 3 }]);
    await records(3);
  });
});

describe('two keys of one field', () => {
  it('that disagree are a conflict, told and quarantined; the first stays', async () => {
    const { addDevice, publish, stored, told, records } = await openParts();
    await addDevice('probe');
    await publish('probe', { DO: 6, oxygen: 7, ph: 7 });
    expect(await stored()).toMatchObject([{ values: { dissolved_oxygen: 6, ph: 7 } }]);
    expect(told).toMatchObject([{ code: 'READING_CONFLICT', field: 'dissolved_oxygen' }]);
    await records(1);
  });
});

describe('an unknown key', () => {
  it('is told once, and each of its values is kept in quarantine', async () => {
    const { addDevice, publish, told, records, intake } = await openParts();
    await addDevice('probe');
    for (const ph of [7, 7.1, 7.2]) await publish('probe', { ph, radiation: 3 });
    expect(told).toMatchObject([{ code: 'FIELD_UNKNOWN', field: 'radiation' }]);
    await records(3);
    expect(intake.status()).toMatchObject({ accepted: 3, values: 3, unknownValues: 3 });
  });

  it('is kept once a message: a backlog makes one record', async () => {
    const { addDevice, publish, records } = await openParts();
    await addDevice('probe');
    await publish(
      'probe',
      [1, 2, 3].map((minute) => ({ time: NOW - minute * 60_000, ph: 7 + minute / 10, light: { par: minute } })),
    );
    const [record] = await records(1);
    expect(JSON.parse(record?.payload ?? '')).toMatchObject({
      readings: [1, 2, 3].map((par) => ({ values: { 'light.par': par } })),
    });
  });

  it('gets a mapping days later: all of its values are recovered by replay, at their times', async () => {
    const { addDevice, publish, registry, quarantine, records, stored, row } = await openParts();
    await addDevice('probe');
    for (const minute of [3, 2, 1])
      await publish('probe', { time: NOW - minute * 60_000, ph: 7, Q: { chl: minute * 10 }, odd: 1 });
    const list = await records(3);
    await registry.setMapping('tianyu', 'probe', { keys: { 'Q.chl': 'chlorophyll_a' } });
    for (const { id } of list) expect(await quarantine.replay(id)).toMatchObject({ accepted: 1 });
    const readings = [...(await stored())].sort((a, b) => a.time - b.time);
    expect(readings.map(({ time, values }) => [time, values])).toEqual(
      [3, 2, 1].map((minute) => [NOW - minute * 60_000, { ph: 7, chlorophyll_a: minute * 10 }]),
    );
    // What is unknown still has records of its own.
    const left = (await records(6)).filter(({ replayedAt }) => replayedAt === undefined);
    expect(left.map(({ payload }) => payload)).toEqual(left.map(() => expect.stringContaining('"odd":1')));
    expect(left).toHaveLength(3);
    expect(await row('probe')).toMatchObject({ quarantined: 0 });
  });

  it('that says null says nothing', async () => {
    const { addDevice, publish, told, intake } = await openParts();
    await addDevice('probe');
    await publish('probe', { ph: 7, radiation: null });
    expect(told).toEqual([]);
    expect(intake.status()).toMatchObject({ accepted: 1, unknownValues: 0 });
  });

  it('is named with its neighbours: eight of them, then how many more, none longer than 64 signs', async () => {
    const { addDevice, publish, told } = await openParts();
    await addDevice('probe');
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
    await publish('probe', Object.fromEntries(keys.map((key) => [key, 1])));
    const eight = '"k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7" and 2 more: ';
    expect(told).toMatchObject([{ field: 'k0', message: expect.stringContaining(eight) }]);
    await publish('probe', { ph: 7, ['x'.repeat(100)]: 1 });
    expect(told[1]?.message).toContain(`"${'x'.repeat(64)}"`);
  });

  it('alone takes every such reading into quarantine: nothing of it would be left', async () => {
    const { addDevice, publish, records, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { radiation: 3 });
    await publish('probe', { radiation: 4 });
    expect(await records(2)).toMatchObject([
      { reason: { code: 'FIELD_UNKNOWN' } },
      { reason: { code: 'FIELD_UNKNOWN' } },
    ]);
    expect(await row('probe')).toMatchObject({ received: 2, quarantined: 2 });
  });
});

describe('a message that is refused whole', () => {
  it('is kept with its raw bytes', async () => {
    const { addDevice, publish, records } = await openParts();
    await addDevice('probe');
    const bytes = Buffer.from([0xff, 0xfe, 0, 1, 0x80]);
    await publish('probe', bytes);
    const [record] = await records(1);
    expect(record).toMatchObject({ scope: 'message', payloadEncoding: 'base64', reason: { code: 'PAYLOAD_NOT_UTF8' } });
    expect(Buffer.from(record?.payload ?? '', 'base64').equals(bytes)).toBe(true);
  });

  it('comes from a device nobody knows, on a channel nobody listens to, or says something else than its status', async () => {
    const { addDevice, publish, records } = await openParts();
    await addDevice('probe');
    await publish('ghost', { ph: 7 });
    await publish('probe', { ph: 7 }, { channel: 'birth' });
    await publish('probe', 'sleeping', { channel: 'status' });
    const codes = (await records(3)).map(({ reason }) => reason.code);
    expect(codes.sort()).toEqual(['CHANNEL_UNKNOWN', 'DEVICE_UNKNOWN', 'STATUS_INVALID']);
  });

  it('was too large to be read: its beginning is kept', async () => {
    const { addDevice, intake, records, row, told } = await openParts();
    await addDevice('probe');
    const address = { park: 'tianyu', device: 'probe', channel: 'telemetry', topic: 'daoyu/tianyu/probe/telemetry' };
    await intake.admitOversize({ ...address, receivedAt: NOW, sizeBytes: 2_000_000, head: Buffer.alloc(9000, 'x') });
    const [record] = await records(1);
    expect(record?.payload).toHaveLength(4096);
    expect(told).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE', message: expect.stringMatching(/2000000/) }]);
    expect(await row('probe')).toMatchObject({ received: 1, quarantined: 1 });
  });
});

describe('a repeat', () => {
  it('of the same time and content is a duplicate, at once and for ever', async () => {
    const { addDevice, publish, row } = await openParts();
    await addDevice('probe');
    const payload = { time: NOW, ph: 7 };
    await Promise.all([publish('probe', payload), publish('probe', payload)]);
    await publish('probe', payload);
    await publish('probe', [payload, payload]);
    expect(await row('probe')).toEqual({ received: 5, stored: 1, duplicate: 4, quarantined: 0 });
  });

  it('is found by the store after a restart, when intake has forgotten', async () => {
    const first = await openParts();
    const { bus, kv, store } = first;
    await first.addDevice('probe');
    await first.publish('probe', { time: NOW, ph: 7 });
    await first.row('probe');
    await first.close();
    const second = await openParts({ bus, kv, store });
    await second.publish('probe', { time: NOW, ph: 7 });
    expect(await second.row('probe')).toEqual({ received: 2, stored: 1, duplicate: 1, quarantined: 0 });
  });

  it('with another value for the same time is a conflict: the first stays', async () => {
    const { addDevice, publish, records, stored, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW, ph: 7 });
    await publish('probe', { time: NOW, ph: 8 });
    expect(await records(1)).toMatchObject([{ scope: 'reading', reason: { code: 'READING_CONFLICT', field: 'ph' } }]);
    expect(await stored()).toMatchObject([{ values: { ph: 7 } }]);
    expect(await row('probe')).toEqual({ received: 2, stored: 1, duplicate: 0, quarantined: 1 });
  });

  it('with more fields for the same time adds them', async () => {
    const { addDevice, publish, stored, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW, ph: 7 });
    await publish('probe', { time: NOW, dissolved_oxygen: 6 });
    expect(await stored()).toMatchObject([{ values: { ph: 7, dissolved_oxygen: 6 } }]);
    expect(await row('probe')).toEqual({ received: 2, stored: 2, duplicate: 0, quarantined: 0 });
  });

  it('without a time is known by its DUP flag and content, also while the first is on its way to the disk', async () => {
    const { addDevice, publish, row } = await openParts();
    await addDevice('probe');
    await Promise.all([publish('probe', { ph: 7 }), publish('probe', { ph: 7 }, { isResend: true })]);
    await publish('probe', { ph: 7 }, { isResend: true, receivedAt: NOW + 9000 });
    await publish('probe', { ph: 7 }, { receivedAt: NOW + 10_000 });
    expect(await row('probe')).toEqual({ received: 4, stored: 2, duplicate: 2, quarantined: 0 });
  });

  it('is known while the first is on its way to the disk: what was withheld of it is in quarantine once', async () => {
    const { addDevice, publish, row, records, told } = await openParts();
    await addDevice('probe');
    const sent = { time: NOW, ph: 99, dissolved_oxygen: 6, oddity: 1 };
    await Promise.all([publish('probe', sent), publish('probe', sent, { isResend: true }), publish('probe', sent)]);
    expect(await row('probe')).toEqual({ received: 3, stored: 1, duplicate: 2, quarantined: 0 });
    expect((await records(2)).map(({ reason }) => reason.code).sort()).toEqual(['FIELD_UNKNOWN', 'VALUE_OUT_OF_RANGE']);
    expect(told.map(({ code, count }) => [code, count]).sort()).toEqual([
      ['FIELD_UNKNOWN', 1],
      ['VALUE_OUT_OF_RANGE', 1],
    ]);
  });

  it('with another value is refused, also while the first is on its way to the disk', async () => {
    const { addDevice, publish, row, stored, records } = await openParts();
    await addDevice('probe');
    await Promise.all([
      publish('probe', { time: NOW, ph: 7 }),
      publish('probe', { time: NOW, ph: 7.2 }),
      publish('probe', { time: NOW, ph: 7.4, dissolved_oxygen: 6 }),
    ]);
    expect(await stored()).toMatchObject([{ values: { ph: 7, dissolved_oxygen: 6 } }]);
    expect(await row('probe')).toEqual({ received: 3, stored: 2, duplicate: 0, quarantined: 1 });
    expect((await records(2)).map(({ reason }) => reason.code)).toEqual(['READING_CONFLICT', 'READING_CONFLICT']);
  });
});

describe('the errors topic', () => {
  it('does not hold up the verdict, and is told no more than a device can bear', async () => {
    const { addDevice, publish, told, intake } = await openParts();
    await addDevice('probe');
    for (let count = 0; count < 50; count++) await publish('probe', '{broken');
    expect(told.length).toBeLessThanOrEqual(20);
    expect(intake.status()).toMatchObject({ quarantined: 50, heldBack: 50 - told.length });
    await publish('probe', '{broken', { receivedAt: NOW + 60_000 });
    expect(told.at(-1)).toMatchObject({ heldBack: 30 });
  });
});

describe('a status', () => {
  it('goes to the subject of its park; an empty one says nothing', async () => {
    const { addDevice, publish, bus } = await openParts();
    await addDevice('probe');
    await publish('probe', 'online', { channel: 'status' });
    await publish('probe', '', { channel: 'status' });
    await publish('probe', 'offline', { channel: 'status' });
    const consumption = await bus.consume({ subjects: ['daoyu.devices.>'], from: 'first' });
    const seen: unknown[] = [];
    for await (const { data } of consumption) {
      seen.push((JSON.parse(data) as { status: string }).status);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['online', 'offline']);
  });
});

describe('whatever a device sends', () => {
  it('the ledger adds up, and each reading received is stored, duplicate or quarantined', async () => {
    const parts = await openParts();
    await parts.addDevice('probe');
    await parts.publish('probe', { ph: 7 });
    const value = fc.oneof(
      fc.double(),
      fc.integer({ min: -200, max: 200 }),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
    );
    const key = fc.constantFrom('ph', 'DO', 'turbidity', 'time', 'ts', 'age', 'values', 'x.y', 'aerator_on');
    const reading = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)));
    const payload = fc.oneof(
      fc.array(reading, { maxLength: 5 }).map((list) => Buffer.from(JSON.stringify(list))),
      fc.uint8Array({ maxLength: 50 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 10 }), fc.boolean(), async (payloads, isResend) => {
        await Promise.all(payloads.map((each) => parts.publish('probe', each, { isResend })));
        const [row] = await parts.ledger.rows({ device: 'probe' });
        if (row === undefined) throw new Error('the ledger has no row of the device');
        expect(row.received).toBe(row.stored + row.duplicate + row.quarantined + row.pending);
      }),
      { numRuns: 50 },
    );
    const { accepted, duplicate, quarantined } = parts.intake.status();
    const row = await parts.row('probe');
    expect(row.received).toBe(accepted + duplicate + quarantined);
    expect(row.quarantined).toBe(quarantined);
    expect(row.received).toBe(row.stored + row.duplicate + row.quarantined);
  });
});
