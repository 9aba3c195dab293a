import { describe, expect, it } from 'vitest';
import { alink, scaledModbus } from '../../seeds/mappings.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { FaultPlan } from '../../simulators/fault-plan.ts';
import { loadFaults } from '../../simulators/faults.ts';
import type { FleetMember } from '../../simulators/fleet-member.ts';
import { startRun } from '../../simulators/run.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import type { TruthRecord } from '../../simulators/truth.ts';
import { openTestBroker, PASSWORD, type TestBroker } from '../broker/open-test-broker.ts';
import { eventually } from '../eventually.ts';
import { openCutProxy } from '../faults/cut-proxy.ts';

const kinds = await loadKinds();
const faults = await loadFaults();
const HOUR = 3_600_000;
const INTERVAL = 300_000;
const NOW = Date.now();

const member = (device: string, more: Partial<FleetMember> = {}): FleetMember => ({
  park: 'park',
  site: 'pond-1',
  device,
  password: PASSWORD,
  kind: 'aquaculture_pond',
  intervalMs: INTERVAL,
  ...more,
});

function scenarioOf(hours: number, plans: readonly FaultPlan[] = []): Scenario {
  const label = { zh: '测试', en: 'test' };
  return { label, about: label, hours, fleet: { aquaculture_pond: 1 }, conditions: [], faults: [...plans] };
}

interface Given {
  readonly members?: readonly FleetMember[];
  readonly onRefused?: (member: FleetMember, message: string) => void;
}

/** Without the physical models: what is measured does not matter here. */
async function run(
  { port }: Pick<TestBroker, 'port'>,
  scenario: Scenario,
  { members = [member('probe')], onRefused }: Given = {},
) {
  const records: TruthRecord[] = [];
  const started = startRun({
    ...{ url: `mqtt://127.0.0.1:${port}`, members, kinds, faults, scenario, seed: 's' },
    models: new Map(),
    from: NOW - scenario.hours * HOUR - HOUR,
    speed: Number.POSITIVE_INFINITY,
    clock: Date.now,
    truth: { write: (line) => void records.push(JSON.parse(line) as TruthRecord), end: () => Promise.resolve() },
    ...(onRefused && { onRefused }),
  });
  await started.ended;
  const { counts } = started;
  await started.close();
  return { records, counts, from: started.from };
}

interface Payload {
  readonly time: number;
  readonly seq: number;
}

function telemetryOf({ admitted }: TestBroker, device = 'probe') {
  return admitted
    .filter((message) => message.channel === 'telemetry' && message.device === device)
    .map((message) => ({ ...message, text: Buffer.from(message.payload).toString() }));
}

const readingsIn = (text: string) => [JSON.parse(text) as Payload | readonly Payload[]].flat() as readonly Payload[];
const statusesOf = ({ admitted }: TestBroker) =>
  admitted.filter(({ channel }) => channel === 'status').map(({ payload }) => Buffer.from(payload).toString());

describe('a virtual device', () => {
  it('measures at its interval by its own clock, numbers its readings, tells its firmware once and says when it comes and goes', async () => {
    const broker = await openTestBroker();
    const { records, counts } = await run(broker, scenarioOf(6));
    const readings = telemetryOf(broker).flatMap(({ text }) => readingsIn(text));
    expect(readings).toHaveLength(72);
    expect(readings.map(({ seq }) => seq)).toEqual(readings.map((_, index) => index));
    for (const [index, { time }] of readings.slice(1).entries()) {
      expect(Math.abs(time - (readings[index]?.time ?? 0) - INTERVAL)).toBeLessThan(3000);
    }
    const clockErrors = records.flatMap((record) => (record.is === 'reading' ? [record.time - record.at] : []));
    expect(new Set(clockErrors).size).toBeGreaterThan(1);
    expect(Math.max(...clockErrors.map(Math.abs))).toBeLessThan(3000);
    expect(telemetryOf(broker).filter(({ text }) => text.includes('"firmware"'))).toHaveLength(1);
    expect(counts).toMatchObject({ acknowledged: 72, buffered: 0, overwritten: 0 });
    await eventually(() => statusesOf(broker).length >= 2);
    expect(statusesOf(broker)).toEqual(['online', 'offline']);
  });

  it('without a network is offline by its last will, and sends its backlog as arrays with the measured times', async () => {
    const broker = await openTestBroker();
    await run(broker, scenarioOf(12, [{ fault: 'offline', fromHour: 3, toHour: 9 }]));
    const messages = telemetryOf(broker);
    const readings = messages.flatMap(({ text }) => readingsIn(text));
    expect(readings.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 144 }, (_, index) => index),
    );
    const backlog = messages.map(({ text }) => readingsIn(text)).find((each) => each.length >= 72);
    // Six hours of readings, measured while nobody could hear of them.
    expect((backlog?.at(-1)?.time ?? 0) - (backlog?.[0]?.time ?? 0)).toBeGreaterThan(5.5 * HOUR);
    await eventually(() => statusesOf(broker).length >= 4);
    expect(statusesOf(broker)).toEqual(['online', 'offline', 'online', 'offline']);
  });

  it('is live once all that can be reached is acknowledged, though a fault keeps a device offline for hours to come', async () => {
    const broker = await openTestBroker();
    const now = Date.now();
    const plans: readonly FaultPlan[] = [{ fault: 'offline', on: { devices: ['held'] }, fromHour: 1, toHour: 1000 }];
    const fleet = startRun({
      ...{ url: `mqtt://127.0.0.1:${broker.port}`, members: [member('probe'), member('held')], kinds, faults, plans },
      ...{ models: new Map(), seed: 's', from: now - 2 * HOUR, speed: Number.POSITIVE_INFINITY, clock: Date.now },
    });
    await fleet.live;
    // All of the one, and of the other nothing that it measured since it is offline.
    expect(fleet.counts.acknowledged).toBeGreaterThanOrEqual(23);
    expect(fleet.counts.acknowledged).toBeLessThan(40);
    await fleet.close();
  });

  it('whose broker hears nothing any more ends all the same when it is stopped', async () => {
    const broker = await openTestBroker();
    const proxy = await openCutProxy(broker.port);
    const started = startRun({
      ...{ url: `mqtt://127.0.0.1:${proxy.port}`, members: [member('probe')], kinds, faults, seed: 's' },
      ...{ models: new Map(), from: NOW - HOUR, speed: Number.POSITIVE_INFINITY, clock: Date.now },
    });
    await eventually(() => telemetryOf(broker).length > 0);
    proxy.cut();
    const stoppedAt = performance.now();
    await started.close();
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    await proxy.close();
  });

  it('whose memory is full overwrites the oldest, and the truth names what was lost', async () => {
    const broker = await openTestBroker();
    const hours = 12 * 24;
    const { records, counts } = await run(
      broker,
      scenarioOf(hours, [{ fault: 'offline', fromHour: 0, toHour: hours }]),
    );
    const lost = records.flatMap((record) => (record.is === 'lost' ? [record.seq] : []));
    const measured = (hours * HOUR) / INTERVAL;
    expect(counts.overwritten).toBe(measured - 2880);
    expect(lost).toEqual(Array.from({ length: measured - 2880 }, (_, index) => index));
    expect(telemetryOf(broker).flatMap(({ text }) => readingsIn(text))[0]?.seq).toBe(measured - 2880);
  });

  it('whose acknowledgement was lost reconnects and sends the same bytes with DUP', async () => {
    const broker = await openTestBroker();
    const { records } = await run(
      broker,
      scenarioOf(2, [{ fault: 'lost-ack', fromHour: 0, toHour: 2, options: { share: 1 } }]),
    );
    const messages = telemetryOf(broker);
    expect(messages.length).toBeGreaterThan(1);
    for (let index = 0; index < messages.length; index += 2) {
      expect(messages[index + 1]?.text).toBe(messages[index]?.text);
      expect([messages[index]?.isResend, messages[index + 1]?.isResend]).toEqual([false, true]);
    }
    const [ledger] = records.filter((record) => record.is === 'ledger');
    expect(ledger).toMatchObject({ received: 48, stored: 24, duplicate: 24, quarantined: 0 });
    expect(statusesOf(broker).filter((status) => status === 'online').length).toBe(messages.length / 2 + 1);
  });

  it('in a storm drops and returns as often as told, and loses nothing', async () => {
    const broker = await openTestBroker();
    const plan = { fault: 'reconnect-storm', fromHour: 1, toHour: 1.1, options: { cycles: 4 } };
    const { counts } = await run(broker, scenarioOf(3, [plan]));
    expect(counts).toMatchObject({ acknowledged: 36, overwritten: 0 });
    expect(statusesOf(broker).filter((status) => status === 'online')).toHaveLength(5);
  });

  it('speaks its vendor’s words: registers of whole numbers, or property posts with a time each', async () => {
    const broker = await openTestBroker();
    await run(broker, scenarioOf(3), {
      members: [member('dtu', { mapping: scaledModbus }), member('module', { mapping: alink })],
    });
    const registers = telemetryOf(broker, 'dtu').flatMap(({ text }) => readingsIn(text)) as unknown as Record<
      string,
      number
    >[];
    expect(registers).toHaveLength(36);
    for (const { time, seq, firmware, ...values } of registers) {
      expect([time, seq].every(Number.isInteger)).toBe(true);
      expect(Object.keys(values).sort()).toEqual(['csq_dbm', 'reg0', 'reg1', 'reg2', 'vin']);
      for (const value of Object.values(values)) expect(Number.isInteger(value)).toBe(true);
    }
    const posts = telemetryOf(broker, 'module').map(
      ({ text }) => JSON.parse(text) as { method: string; params: unknown },
    );
    const history = posts.find(({ method }) => method === 'thing.event.property.history.post');
    const [batch] = (history?.params ?? []) as { properties: Record<string, { value: number; time: number }>[] }[];
    expect(batch?.properties[0]?.DO).toEqual({ value: expect.any(Number), time: expect.any(Number) });
    expect(posts.every(({ method }) => method.startsWith('thing.event.property.'))).toBe(true);
  });
});

describe('a fleet', () => {
  it('does not wait for a device that is refused, and says which', async () => {
    const broker = await openTestBroker();
    const refused: string[] = [];
    const { counts } = await run(broker, scenarioOf(24), {
      members: [member('probe'), member('stranger', { password: 'guess' })],
      onRefused: ({ device }) => refused.push(device),
    });
    expect(new Set(refused)).toEqual(new Set(['stranger']));
    expect(counts.acknowledged).toBe(288);
  });

  it('keeps a pace: a simulated hour takes its share of real time, and none is measured ahead of it', async () => {
    const broker = await openTestBroker();
    const startedAt = Date.now();
    const from = startedAt - 10 * HOUR;
    const speed = 3600;
    const started = startRun({
      ...{ url: `mqtt://127.0.0.1:${broker.port}`, members: [member('probe')], kinds, faults, models: new Map() },
      ...{ scenario: scenarioOf(1), seed: 's', from, speed, clock: Date.now },
    });
    await started.ended;
    const seconds = (Date.now() - startedAt) / 1000;
    await started.close();
    expect(seconds).toBeGreaterThan(0.9);
    for (const { receivedAt, text } of telemetryOf(broker)) {
      for (const { time } of readingsIn(text))
        expect(time - from).toBeLessThan((receivedAt - startedAt) * speed + 3000);
    }
  });
});
