/** The short way of plain telemetry says what the long way says, or nothing: random devices and payloads through two intakes, of which one has the long way only. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bus/bus.ts';
import { parseEntry } from '../../bus/parse-event.ts';
import { createPlan } from '../../ingest/fast/plan.ts';
import { createScanner } from '../../ingest/fast/scan.ts';
import { createIntake } from '../../ingest/intake.ts';
import { createKeyMap } from '../../ingest/map.ts';
import { keptReadings } from '../../ingest/reading-payload.ts';
import type { Mapping } from '../../registry/mapping.ts';
import type { Device } from '../../registry/registry.ts';
import type { Field } from '../../sensors/kind.ts';
import { unpacked } from '../../sensors/packed-reading.ts';
import { kinds } from './parts.ts';

const NOW = Date.UTC(2026, 6, 20, 4, 0, 0);
/** More by hand: `DAOYU_TEST_PAYLOADS=1000000`. */
const MESSAGES = Number(process.env.DAOYU_TEST_PAYLOADS ?? 10_000);
const RETAIN_MS = 40 * 86_400_000;

type Random = () => number;

/** mulberry32: a failure is found again by its seed. */
function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MAPPINGS: readonly (Mapping | undefined)[] = [
  undefined,
  undefined,
  {
    keys: {
      DOX: { field: 'dissolved_oxygen', scale: 0.01 },
      tmp: { field: 'water_temperature', offset: -40 },
      ph: null,
    },
  },
  { keys: { time: 'turbidity', '7': 'ph', x: 'ph', tank: 'no_such_field' }, sentinels: [7.77, 12] },
  { acceptStrings: true, utcOffsetMinutes: 480, envelope: 'none' },
];

/** As `device`, but with something that the short way does not understand. */
const longWayOnly = (device: Device): Device => ({ ...device, mapping: { ...device.mapping, another: 1 } as Mapping });

function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error('an empty list');
  return item;
}

const ODD_NUMBERS = [
  ...['0', '-0', '0.0', '-0.00', '7', '7.0', '7.10', '100', '0.1', '0.30000000000000004', '6.4199999999999999'],
  ...['0.000001', '0.00000099', '0.0000001', '1e1', '1E-3', '-0.05', '-1', '-127', '-127.0', '65535', '65535.0', '999'],
  ...[
    '32767',
    '85',
    '123456789012345',
    '1234567890123456',
    '99999999999999999999999',
    '24.999999999999',
    '1e400',
    '12',
  ],
  ...['7.77', '0.123456789012345', '0.1234567890123456'],
];
const NO_NUMBERS = [
  '01',
  '.5',
  '5.',
  '+1',
  '-',
  'NaN',
  'true',
  'null',
  '"6.4"',
  '"on"',
  '{}',
  '[1]',
  '{"value":3}',
  '1 2',
  '',
];

interface Key {
  readonly name: string;
  readonly range: readonly [number, number];
  readonly isChoice: boolean;
}

/** Mostly what such a device sends. */
function valueText(random: Random, { range: [low, high], isChoice }: Key): string {
  if (isChoice) return String(Math.floor(random() * 2));
  return (low + random() * (high - low) * 0.9).toFixed(Math.floor(random() * 5));
}

function numberText(random: Random): string {
  const kind = random();
  if (kind < 0.6) return (random() * 12).toFixed(Math.floor(random() * 5));
  if (kind < 0.8) return String(Math.floor(random() * 3));
  return kind < 0.98 ? pick(random, ODD_NUMBERS) : pick(random, NO_NUMBERS);
}

function timeText(random: Random, now: number): string {
  const kind = random();
  if (kind < 0.5) return String(now - Math.floor(random() * 20) * 1000);
  if (kind < 0.7) return String(now - Math.floor(random() * 5) * 60_000 * 7);
  if (kind < 0.9) return String(now - Math.floor(random() * 50 * 86_400_000));
  return pick(random, [
    ...[`${now}.0`, `${now}.5`, `"${new Date(now).toJSON()}"`, String(Math.floor(now / 1000)), '0', 'null', '-1'],
    ...[String(now + 25_000), String(now + 60_000), String(now + 590_000), String(now + 700_000), `${now}e0`],
  ]);
}

const blank = (random: Random) => (random() < 0.9 ? '' : pick(random, [' ', '\n', '\t\r\n', '  ']));

function readingText(random: Random, now: number, keys: readonly Key[]): string {
  const isPlain = random() < 0.6;
  const parts: string[] = [];
  const add = (key: string, value: string) =>
    parts.push(`${blank(random)}"${key}"${blank(random)}:${blank(random)}${value}${blank(random)}`);
  if (isPlain || random() < 0.9)
    add('time', isPlain ? String(now - Math.floor(random() * 4e6)) : timeText(random, now));
  if (isPlain && random() < 0.2) add('seq', '17');
  else if (random() < 0.2) add('seq', pick(random, ['0', '17', '1.5', '-3', '1234567890123456789', '"a"', '2.0']));
  if (!isPlain && random() < 0.03)
    add(pick(random, ['age', 'ts', 'id', 'm', 'values', '__proto__', 'batch']), numberText(random));
  // Values that belong to no field, and keys that say neither unit nor medium.
  if (isPlain && random() < 0.3)
    add(
      pick(random, ['mystery', 'x1', 'battery', 'temp', 'ts', 'age', 'id', 'batch', 'rssi']),
      String(Math.floor(random() * 2000) / 20),
    );
  const count = 1 + Math.floor(random() * 6);
  const start = Math.floor(random() * keys.length);
  for (let index = 0; index < count; index++) {
    const key = keys[(start + index) % keys.length];
    if (key === undefined) continue;
    if (isPlain) add(key.name, valueText(random, key));
    else add(random() < 0.95 ? key.name : pick(random, ['mystery', 'ünbekannt', 'a\\u0062']), numberText(random));
  }
  if (random() < 0.03) parts.reverse();
  return `{${parts.join(',')}}`;
}

function payloadOf(random: Random, now: number, keys: readonly Key[]): Buffer {
  const count = random() < 0.7 ? 1 : Math.floor(random() * 7);
  const readings = Array.from({ length: count }, () => readingText(random, now, keys));
  let text = count === 1 && random() < 0.9 ? (readings[0] ?? '') : `[${readings.join(`${blank(random)},`)}]`;
  if (random() < 0.02) text = `${blank(random)}${text}${pick(random, [' ', '\n', ',', '}', '\0', 'x'])}`;
  if (random() < 0.01) text = text.slice(0, Math.floor(random() * text.length));
  if (random() < 0.005) text = `\ufeff${text}`;
  return Buffer.from(text);
}

/**
 * An entry of readings as it is; of quarantine each record without its number, and values that belong to no field one line a reading: the short way
 * keeps those of several messages in one record.
 */
function linesOf(subject: string, data: string): readonly string[] {
  const { records = [], tallies = [] } = parseEntry(data) ?? {};
  if (records.length === 0) return [`${subject} ${data}`];
  const kept = records.flatMap(({ id: _, receivedAt, reason, payload, ...record }): readonly object[] => {
    const readings = record.scope === 'field' ? keptReadings(JSON.parse(payload)) : undefined;
    if (readings === undefined) return [{ ...record, receivedAt, reason, payload }];
    return readings.map((reading) => ({ ...record, reading }));
  });
  return [...kept, ...tallies].map((line) => `${subject} ${JSON.stringify(line)}`);
}

function openIntake(devices: ReadonlyMap<string, Device>, state: { isFailing: boolean }) {
  const seen: string[] = [];
  const intake = createIntake({
    bus: {
      async append(entries: readonly Entry[]) {
        if (state.isFailing) throw new Error('the log refuses');
        for (const { subject, data, parsed } of entries) {
          seen.push(...linesOf(subject, data));
          // What is handed over says what the text says.
          if (parsed === undefined) continue;
          const { readings, judged, ...rest } = parsed();
          expect({ ...rest, readings, judged: judged.map(unpacked) }).toEqual(parseEntry(data));
        }
        return seen.length;
      },
    },
    registry: { device: (_park, id) => devices.get(id) },
    kinds,
    retainMs: RETAIN_MS,
    run: 'run',
    tell: async (device, _channel, payload) => void seen.push(`told ${device.device} ${payload}`),
  });
  return { intake, seen };
}

function createFleet(random: Random): readonly Device[] {
  return [...kinds.values()].flatMap((kind) =>
    MAPPINGS.map((mapping, index): Device => {
      const base = {
        park: 'tianyu',
        site: 'pond-1',
        id: `${kind.name.replaceAll('_', '-')}-${index}`,
        kind: kind.name,
      };
      const interval = random() < 0.5 ? {} : { intervalMs: 60_000 };
      return {
        ...base,
        ...interval,
        ...(mapping && { mapping }),
        label: { zh: '', en: '' },
        passwordHash: '',
      } as Device;
    }),
  );
}

/** Every key that means something for the device, and those of its mapping. */
function keysOf(device: Device): readonly Key[] {
  const kind = kinds.get(device.kind);
  const named = (list: (field: Field) => readonly string[]) =>
    (kind?.fields ?? []).flatMap((field) =>
      list(field).map((name): Key => ({ name, range: field.physical, isChoice: field.shape !== 'number' })),
    );
  // Apart, so that a reading seldom has a field under two names.
  const own = [...named(({ name }) => [name]), ...named(({ aliases = [] }) => aliases.slice(0, 1))];
  const other = [...Object.keys(device.mapping?.keys ?? {}), ...(kind?.attributes ?? []).slice(0, 1)];
  return [...own, ...other.map((name): Key => ({ name, range: [0, 20], isChoice: false }))];
}

/** How many of them were plain enough for the short way. */
async function compare(seed: number, messages: number): Promise<number> {
  const random = createRandom(seed);
  const fleet = createFleet(random);
  const state = { isFailing: false };
  const short = openIntake(new Map(fleet.map((device) => [device.id, device])), state);
  const long = openIntake(new Map(fleet.map((device) => [device.id, longWayOnly(device)])), state);
  const keys = new Map(fleet.map((device) => [device.id, keysOf(device)]));
  const scanner = createScanner();
  const plans = new Map(fleet.map((device) => [device.id, planOf(device)]));
  let plain = 0;
  let now = NOW;
  for (let sent = 0; sent < messages; ) {
    state.isFailing = random() < 0.05;
    const promises: Promise<unknown>[] = [];
    const payloads: string[] = [];
    for (let index = 0; index < 50; index++, sent++) {
      now += Math.floor(random() * 2000);
      const device = pick(random, fleet);
      const payload = payloadOf(random, now, keys.get(device.id) ?? []);
      const plan = plans.get(device.id);
      if (plan && scanner.scan(payload, plan, { receivedAt: now, retainMs: RETAIN_MS })) plain += 1;
      const repeats = 1 + (random() < 0.1 ? 1 : 0);
      for (let time = 0; time < repeats; time++) {
        payloads.push(`${device.id} ${payload.toString()}`);
        const topic = `daoyu/tianyu/${device.id}/telemetry`;
        const message = { park: 'tianyu', device: device.id, channel: 'telemetry', topic, payload, receivedAt: now };
        const both = [short, long].map(({ intake }) => intake.admit({ ...message, isResend: time > 0 }));
        promises.push(...both.map((each) => each.catch((error: Error) => error.message)));
      }
    }
    const outcomes = await Promise.all(promises);
    for (let index = 0; index < outcomes.length; index += 2) {
      if (outcomes[index] !== outcomes[index + 1]) throw new Error(`seed ${seed}: ${payloads[index / 2]}`);
    }
    for (const { seen } of [short, long]) seen.sort();
    const differing = long.seen.findIndex((line, index) => line !== short.seen[index]);
    if (differing >= 0) expect(short.seen[differing], `seed ${seed}`).toEqual(long.seen[differing]);
    expect(short.seen.length).toBe(long.seen.length);
    short.seen.length = 0;
    long.seen.length = 0;
  }
  expect(short.intake.status()).toEqual(long.intake.status());
  return plain;
}

function planOf({ park, site, id: device, kind, mapping }: Device) {
  const known = kinds.get(kind);
  return known && createPlan({ park, site, device, kind, keyMap: createKeyMap(known, mapping) });
}

it(`says what the long way says, or nothing, of ${MESSAGES} random payloads`, async () => {
  const rounds = Math.ceil(MESSAGES / 10_000);
  const first = Number(process.env.DAOYU_TEST_SEED ?? Date.now() % 1_000_000);
  for (let round = 0; round < rounds; round++) {
    const plain = await compare(first + round, Math.min(MESSAGES, 10_000));
    expect(plain / Math.min(MESSAGES, 10_000)).toBeGreaterThan(0.2);
  }
}, 600_000);

it('writes no flags for a zero after a silence that is measured, as the long way does', async () => {
  const device = { park: 'tianyu', site: 'pond-1', id: 'probe', kind: 'aquaculture_pond' } as Device;
  const state = { isFailing: false };
  const [short, long] = [device, longWayOnly(device)].map((each) => openIntake(new Map([['probe', each]]), state));
  const topic = 'daoyu/tianyu/probe/telemetry';
  const sent = [6, 6.1, 6.2, 0].map((dissolved_oxygen, index) => {
    const time = NOW + index * 60_000 + (dissolved_oxygen === 0 ? 3_600_000 : 0);
    return { receivedAt: time, payload: Buffer.from(JSON.stringify({ time, dissolved_oxygen })) };
  });
  for (const each of sent) {
    const message = { park: 'tianyu', device: 'probe', channel: 'telemetry', topic, isResend: false, ...each };
    for (const { intake } of [short, long].filter((one) => one !== undefined)) await intake.admit(message);
  }
  expect(short?.seen).toEqual(long?.seen);
  expect(short?.seen.at(-1)).toContain('"values":{"dissolved_oxygen":0}');
  expect(short?.seen.at(-1)).not.toContain('flags');
});

describe('the short way', () => {
  const kind = kinds.get('aquaculture_pond');
  if (kind === undefined) throw new Error('no ponds');
  const planWith = (mapping?: Mapping) =>
    createPlan({ park: 'p', site: 's', device: 'd', kind: kind.name, keyMap: createKeyMap(kind, mapping) });
  const plan = planWith();
  if (plan === undefined) throw new Error('no plan');
  const context = { receivedAt: NOW };
  const isTaken = (text: string) => createScanner().scan(Buffer.from(text), plan, context);

  it('is that of the usual payloads', () => {
    expect(isTaken(`{"time":${NOW},"dissolved_oxygen":6.42,"ph":8,"aerator_on":1}`)).toBe(true);
    expect(isTaken(`{"ph":8,"seq":5,"time":${NOW}}`)).toBe(true);
    expect(isTaken(` [ {"time" : ${NOW - 1000}, "ph": 8.10},\n{"time":${NOW},"ph":8.2,"DO":7.01} ] `)).toBe(true);
  });

  it('is none for what is not plain, not good, or not known', () => {
    for (const text of [
      ...['', '{}', '[]', '[{}]', '{"ph":8}', `{"time":${NOW}}`, `{"time":${NOW},"ph":80}`, `{"time":${NOW},"what":8}`],
      ...[`{"time":${NOW},"ph":8}x`, `{"time":${NOW},"ph":8,}`, `{"time":${NOW},"ph":"8"}`, `{"time":${NOW},"ph":8e0}`],
      ...[`{"time":${NOW},"ph":8,"ph":8}`, `{"time":${NOW},"ph":8,"ph_level":8}`, `{"time":5,"ph":8}`, '{"time":'],
      ...[`{"time":${NOW + 3_600_000},"ph":8}`, `{"time":${NOW},"id":1,"ph":8}`, `[{"time":${NOW},"ph":8},]`],
    ]) {
      expect(isTaken(text), text).toBe(false);
    }
  });

  it('is none for a device whose mapping has a part that it does not know', () => {
    expect(planWith({ keys: { a: 'ph' } })).toBeDefined();
    expect(planWith({ envelope: 'alink' })).toBeUndefined();
    expect(planWith({ another: 1 } as Mapping)).toBeUndefined();
  });
});

it('keeps values that belong to no field in one record of a device and an append, each to be recovered', async () => {
  const device = { park: 'tianyu', site: 'pond-1', id: 'probe', kind: 'aquaculture_pond', label: { zh: '', en: '' } };
  const { intake, seen } = openIntake(new Map([['probe', device as Device]]), { isFailing: false });
  const send = (count: number, from: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => {
        const payload = Buffer.from(JSON.stringify({ time: from + index, ph: 7.5, mystery: index, battery: 12.4 }));
        const topic = 'daoyu/tianyu/probe/telemetry';
        const of = { park: 'tianyu', device: 'probe', channel: 'telemetry', topic, receivedAt: NOW };
        return intake.admit({ ...of, payload, isResend: false });
      }),
    );
  await send(1, NOW - 1000);
  const before = seen.length;
  await send(5, NOW - 500);
  const records = seen.slice(before).filter((line) => line.startsWith('daoyu.quarantine') && line.includes('reading'));
  const expected = Array.from({ length: 5 }, (_, index) => ({
    time: NOW - 500 + index,
    values: { mystery: index, battery: 12.4 },
  }));
  expect(records.map((line) => JSON.parse(line.slice(line.indexOf('{'))).reading)).toEqual(expected);
  expect(intake.status()).toMatchObject({ accepted: 6, quarantined: 0, unknownValues: 12 });
});
