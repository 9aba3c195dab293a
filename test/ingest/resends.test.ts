/** Devices without a clock: what is the same reading, and what is fresh. */
import { describe, expect, it } from 'vitest';
import { NOW, openParts } from './parts.ts';

describe('a backlog with ages', () => {
  const backlog = (grownBy: number, seq?: number) =>
    [3600, 1800, 600].map((age, index) => ({
      age: age + grownBy,
      dissolved_oxygen: 6 + index / 10,
      ...(seq !== undefined && { seq: seq + index }),
    }));

  it('sent again with its ages grown is the same readings', async () => {
    const { addDevice, publish, row, stored } = await openParts();
    await addDevice('node');
    await publish('node', backlog(0), { receivedAt: NOW });
    await publish('node', backlog(47), { receivedAt: NOW + 45_600 });
    expect(await row('node')).toEqual({ received: 6, stored: 3, duplicate: 3, quarantined: 0 });
    expect((await stored()).map(({ time }) => time).sort()).toEqual(
      [3600, 1800, 600].map((age) => NOW - age * 1000).sort(),
    );
  });

  it('with its own numbers is known again although the seconds are rounded more roughly', async () => {
    const { addDevice, publish, row } = await openParts();
    await addDevice('node');
    await publish('node', backlog(0, 7), { receivedAt: NOW });
    await publish('node', backlog(60, 7), { receivedAt: NOW + 30_000 });
    await publish('node', backlog(60, 10), { receivedAt: NOW + 30_000 });
    expect(await row('node')).toMatchObject({ received: 9, stored: 6, duplicate: 3 });
  });

  it('of equal values at other times is other readings', async () => {
    const { addDevice, publish, row } = await openParts();
    await addDevice('node');
    await publish(
      'node',
      [600, 300].map((age) => ({ age, dissolved_oxygen: 6 })),
      { receivedAt: NOW },
    );
    await publish('node', { age: 0, dissolved_oxygen: 6 }, { receivedAt: NOW });
    expect(await row('node')).toMatchObject({ received: 3, stored: 3, duplicate: 0 });
  });
});

describe('a retained message that another broker hands out', () => {
  const retained = (payload: object) => ({
    park: 'tianyu',
    device: 'probe',
    channel: 'telemetry',
    topic: 'daoyu/tianyu/probe/telemetry',
    payload: Buffer.from(JSON.stringify(payload)),
    isResend: false,
    isRetained: true,
    receivedAt: NOW,
  });

  it('without a time is never a fresh reading', async () => {
    const { addDevice, intake, row, records, told } = await openParts();
    await addDevice('probe');
    await intake.admit(retained({ ph: 7 }));
    expect(await row('probe')).toMatchObject({ received: 1, stored: 0, quarantined: 1 });
    expect(told.map(({ code }) => code)).toEqual(['TIME_OF_RETAINED_UNKNOWN']);
    await records(1);
  });

  it('with its time is stored once, however often it comes', async () => {
    const { addDevice, intake, row } = await openParts();
    await addDevice('probe');
    for (let restart = 0; restart < 3; restart++) await intake.admit(retained({ time: NOW - 60_000, ph: 7 }));
    expect(await row('probe')).toMatchObject({ received: 3, stored: 1, duplicate: 2 });
  });
});

describe('a publish where nothing listens', () => {
  it('is quarantined each time and told once', async () => {
    const { addDevice, publish, records, told, row } = await openParts();
    await addDevice('probe');
    for (let connect = 0; connect < 3; connect++) {
      await publish('probe', 'Online', { channel: 'LWT' });
      await publish('probe', { time: NOW - connect * 1000, ph: 7 });
    }
    expect(told.map(({ code }) => code)).toEqual(['CHANNEL_UNKNOWN']);
    expect(await row('probe')).toMatchObject({ received: 6, stored: 3, quarantined: 3 });
    await records(3);
  });
});

it('another value for an old time, long forgotten by intake, is a conflict in quarantine and no duplicate', async () => {
  const { addDevice, publish, row, records, stored } = await openParts();
  await addDevice('probe');
  const backlog = (shift: number) =>
    Array.from({ length: 200 }, (_, minute) => ({
      time: NOW - (300 - minute) * 60_000,
      ph: 7 + minute / 1000 + shift,
    }));
  await publish('probe', backlog(0));
  await publish('probe', backlog(0.5).slice(0, 10));
  expect(await row('probe')).toEqual({ received: 210, stored: 200, duplicate: 0, quarantined: 10 });
  expect((await records(10)).map(({ reason }) => reason.code)).toEqual(Array(10).fill('READING_CONFLICT'));
  expect((await stored()).find(({ time }) => time === NOW - 300 * 60_000)?.values).toEqual({ ph: 7 });
});
