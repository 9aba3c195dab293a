import { Duplex } from 'node:stream';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { CutFrame, frameSize } from '../../broker/frame.ts';
import { guardFrames } from '../../broker/frame-guard.ts';
import { oversizeOf } from '../../broker/oversize.ts';

const MAX_PACKET_BYTES = 300;
const LANE_TOPIC = 'daoyu/park/probe/telemetry';

type Sent =
  | { readonly is: 'publish'; readonly topic: string; readonly qos: 0 | 1; readonly size: number }
  | { readonly is: 'ping' };

const sent: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 4, arbitrary: publishOf(fc.constant(LANE_TOPIC), fc.constant<0 | 1>(1), fc.integer({ min: 0, max: 250 })) },
  {
    weight: 3,
    arbitrary: publishOf(
      fc.constantFrom(LANE_TOPIC, 'daoyu/park/probe/status', 'x'),
      fc.constantFrom<0 | 1>(0, 1),
      fc.integer({ min: 0, max: 2500 }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Sent>({ is: 'ping' }) },
);

function publishOf(topic: fc.Arbitrary<string>, qos: fc.Arbitrary<0 | 1>, size: fc.Arbitrary<number>) {
  return fc.record({ is: fc.constant('publish' as const), topic, qos, size });
}

const bytesOf = (each: Sent, messageId: number): Buffer =>
  each.is === 'ping'
    ? mqttPacket.generate({ cmd: 'pingreq' })
    : mqttPacket.generate({
        ...{ cmd: 'publish', topic: each.topic, qos: each.qos, messageId, dup: false, retain: false },
        payload: Buffer.alloc(each.size, messageId % 251),
      });

/** What must come out, in this order, and by which way. */
function expected(each: Sent, messageId: number): string {
  if (each.is === 'ping') return 'parser pingreq';
  const { topic, qos, size } = each;
  const isOversized = bytesOf(each, messageId).length > MAX_PACKET_BYTES;
  const isExpress = topic === LANE_TOPIC && qos === 1 && !isOversized;
  return `${isExpress ? 'lane' : 'parser'} ${topic} ${qos === 0 ? '-' : messageId} ${size}`;
}

/** Reads as aedes does: until null, then again when told; a pause of the hold after each frame of the lane where asked for. */
function throughGuard(chunks: readonly Buffer[], isHoldingAfterEach: boolean) {
  const out: string[] = [];
  let isHeld = false;
  let packets = 0;
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => {
    if (packet.cmd !== 'publish') return void out.push(`parser ${packet.cmd}`);
    const payload = Buffer.from(packet.payload as Buffer);
    const size = oversizeOf(payload)?.sizeBytes ?? payload.length;
    out.push(`parser ${packet.topic} ${packet.qos === 0 ? '-' : packet.messageId} ${size}`);
  });
  guardFrames(stream, {
    ...{ maxPacketBytes: MAX_PACKET_BYTES, maxConnectBytes: 10, isKnown: () => true, isHeld: () => isHeld },
    lane: {
      mayTake: (bytes, at) => bytes[at] === 0x32,
      take(bytes, start, end) {
        const packet = parseOne(bytes.subarray(start, end));
        if (packet.topic !== LANE_TOPIC) return false;
        out.push(`lane ${packet.topic} ${packet.messageId} ${packet.payload.length}`);
        if (isHoldingAfterEach) {
          isHeld = true;
          setImmediate(() => {
            isHeld = false;
            stream.emit('readable');
          });
        }
        return true;
      },
    },
    onPackets: () => void packets++,
    onOversize: () => {},
  });
  stream.on('error', () => {});
  stream.on('readable', () => {
    for (let bytes = stream.read(); bytes !== null; bytes = stream.read()) {
      parser.parse(bytes as Buffer);
      // As streams do to fill their buffer: what such a read hands out is lost.
      stream.read(0);
    }
  });
  return {
    out,
    packets: () => packets,
    async run() {
      for (const chunk of chunks) {
        stream.push(chunk);
        await new Promise(setImmediate);
      }
      for (let quiet = 0, seen = -1; quiet < 5; quiet = seen === out.length ? quiet + 1 : 0) {
        seen = out.length;
        await new Promise(setImmediate);
      }
      return out;
    },
  };
}

function parseOne(bytes: Buffer) {
  const parser = mqttPacket.parser();
  const found: { topic: string; messageId: number; payload: Buffer }[] = [];
  parser.on('packet', (packet) => found.push(packet as never));
  parser.parse(bytes);
  const [packet] = found;
  if (packet === undefined || found.length > 1) throw new Error('not one frame');
  return packet;
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => Buffer.from(bytes.subarray(from, cuts[index] ?? bytes.length)));
}

describe('the frame guard', () => {
  it('gives every packet on, once and in order, however the bytes are cut and whenever reading is held', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sent, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat({ max: 10_000 }), { maxLength: 30 }),
        fc.boolean(),
        async (packets, places, isHolding) => {
          const all = Buffer.concat(packets.map((each, index) => bytesOf(each, index + 1)));
          const guard = throughGuard(
            cutAt(all, places).filter((chunk) => chunk.length > 0),
            isHolding,
          );
          expect(await guard.run()).toEqual(packets.map((each, index) => expected(each, index + 1)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does so for a cut at every single byte, and for bytes that come one by one', async () => {
    const packets: Sent[] = [
      { is: 'publish', topic: LANE_TOPIC, qos: 1, size: 130 },
      { is: 'publish', topic: LANE_TOPIC, qos: 0, size: 3 },
      { is: 'publish', topic: 'daoyu/park/probe/status', qos: 1, size: 2 },
      { is: 'publish', topic: LANE_TOPIC, qos: 1, size: 400 },
      { is: 'ping' },
      { is: 'publish', topic: LANE_TOPIC, qos: 1, size: 0 },
    ];
    const wanted = packets.map((each, index) => expected(each, index + 1));
    const all = Buffer.concat(packets.map((each, index) => bytesOf(each, index + 1)));
    for (let at = 1; at < all.length; at++) expect(await throughGuard(cutAt(all, [at]), false).run()).toEqual(wanted);
    const singles = throughGuard(cutAt(all, [...all.keys()].slice(1)), false);
    expect(await singles.run()).toEqual(wanted);
    expect(singles.packets()).toBe(packets.length);
  });

  it('counts no packet before its last byte', async () => {
    const guard = throughGuard(
      [bytesOf({ is: 'publish', topic: LANE_TOPIC, qos: 1, size: 99 }, 1).subarray(0, -1)],
      false,
    );
    expect(await guard.run()).toEqual([]);
    expect(guard.packets()).toBe(0);
  });
});

describe('a frame that arrives in pieces', () => {
  it('takes room for what has arrived, not for what it announces', () => {
    const announced = Buffer.from([0x32, 0xff, 0xff, 0x03, 0]);
    expect(frameSize(announced, 0)).toBe(4 + 65_535);
    const frame = new CutFrame(announced);
    expect(frame.add(Buffer.from([1])).buffer.byteLength).toBeLessThan(1000);
    for (let count = 0; count < 5000; count++) frame.add(Buffer.from([count]));
    const all = frame.add(Buffer.alloc(0));
    expect(all.length).toBe(5006);
    expect(all[5005]).toBe(4999 & 0xff);
    expect(all.buffer.byteLength).toBeLessThan(3 * 5006);
  });

  it('has no size while its fixed header is cut off, and is refused when that is malformed [MQTT-2.2.3]', () => {
    for (const header of [[0x32], [0x32, 0x80], [0x32, 0xff, 0xff, 0xff]])
      expect(frameSize(Buffer.from(header), 0)).toBe(0);
    expect(frameSize(Buffer.from([0xc0, 0]), 0)).toBe(2);
    expect(() => frameSize(Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff]), 0)).toThrow('malformed');
  });
});
