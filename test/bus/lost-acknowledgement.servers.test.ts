import { describe, expect, it, onTestFinished } from 'vitest';
import { openJetStreamBus } from '../../bus/jetstream/jetstream.ts';
import { type Frame, openLossyProxy } from '../engines/nats/lossy-proxy.ts';
import { eventually } from '../eventually.ts';
import { hasNats, startNats } from '../servers/nats.ts';

const silent = { info() {}, warn() {} };
const entry = (data: string) => ({ subject: 'daoyu.readings.park.pond', data });

/** An acknowledgement of the stream to a publisher of ours. */
const isPubAck = ({ from, line }: Frame) => from === 'server' && /^H?MSG _INBOX\.daoyu-/.test(line);

async function open() {
  const server = await startNats();
  const wire = await openLossyProxy(server.port);
  const url = wire.through(server.url);
  const bus = await openJetStreamBus({
    ...{ url, maxBytes: 1e9, retainMs: 86_400_000, replicas: 1 },
    ...{ clock: Date.now, log: silent },
  });
  onTestFinished(() => bus.close().catch(() => {}));
  /** All that is on the log, read from its beginning. */
  async function all(): Promise<readonly string[]> {
    const { lastPosition } = await bus.status();
    const consumption = await bus.consume({ subjects: ['daoyu.>'], from: 'first' });
    const found: string[] = [];
    for await (const { data, position } of consumption) {
      found.push(data);
      if (position === lastPosition) break;
    }
    await consumption.close();
    return found;
  }
  return { server, wire, bus, all };
}

describe.runIf(hasNats())('an append whose acknowledgement is lost after the server stored it', () => {
  it('is on the log once when the connection breaks and comes back', async () => {
    const { wire, bus, all } = await open();
    let lost = 0;
    wire.lose((frame) => isPubAck(frame) && ++lost > 0);
    const appends = ['a', 'b', 'c'].map((data) => bus.append([entry(data)]));
    await eventually(() => lost === 3);
    wire.lose(() => false);
    wire.cut();
    wire.mend();
    expect(await Promise.all(appends)).toEqual([1, 2, 3]);
    expect(await all()).toEqual(['a', 'b', 'c']);
  });

  it('is on the log once when the server was killed in between, and so has to find the ids on its disk', async () => {
    const { server, wire, bus, all } = await open();
    let lost = 0;
    wire.lose((frame) => isPubAck(frame) && ++lost > 0);
    const appends = ['a', 'b', 'c'].map((data) => bus.append([entry(data)]));
    await eventually(() => lost === 3);
    await server.kill();
    wire.lose(() => false);
    await server.start();
    expect(await Promise.all(appends)).toEqual([1, 2, 3]);
    expect(await all()).toEqual(['a', 'b', 'c']);
  });

  it('is on the log once, before what follows it, when the connection stays', async () => {
    const { wire, bus, all } = await open();
    let lost = 0;
    // Each second one.
    wire.lose((frame) => isPubAck(frame) && ++lost % 2 === 0 && lost < 20);
    await Promise.all(Array.from({ length: 12 }, (_, index) => bus.append([entry(String(index))])));
    expect(lost).toBeGreaterThan(12);
    expect(await all()).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
  }, 60_000);
});

describe.runIf(hasNats())('an ephemeral consumer', () => {
  it('goes on where it was, without holes and doubles, when the questions after a lost connection are lost as well', async () => {
    const { wire, bus } = await open();
    const consumption = await bus.consume({ subjects: ['daoyu.>'], from: 'new' });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { data } of consumption) seen.push(data);
    })();
    let questions = 0;
    for (let round = 0; round < 3; round++) {
      await bus.append([entry(`${round} a`), entry(`${round} b`)]);
      await eventually(() => seen.length === 4 * round + 2, Boolean, 30_000);
      const before = questions;
      wire.lose(({ from, line }) => {
        const isQuestion = from === 'client' && /^H?PUB \$JS\.API\.CONSUMER\.(INFO|CREATE)/.test(line);
        if (isQuestion) questions += 1;
        return isQuestion && questions <= before + 2;
      });
      wire.cut();
      wire.mend();
      await bus.append([entry(`${round} c`), entry(`${round} d`)]);
      await eventually(() => seen.length === 4 * (round + 1), Boolean, 30_000);
    }
    expect(seen).toEqual([0, 1, 2].flatMap((round) => ['a', 'b', 'c', 'd'].map((name) => `${round} ${name}`)));
    await consumption.close();
    await reading;
  }, 90_000);
});
