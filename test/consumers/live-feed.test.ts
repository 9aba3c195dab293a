import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { type LiveEvent, openLiveFeed } from '../../consumers/live-feed.ts';
import { LiveFollower } from '../../consumers/live-follower.ts';
import { createLiveReplay } from '../../consumers/live-replay.ts';
import { eventually } from '../eventually.ts';
import { NOW, silent } from '../ingest/parts.ts';

async function openFeed(maxBuffered?: number) {
  const bus = openMemoryBus();
  const append = (value: number) => {
    const reading = {
      park: 'tianyu',
      site: 's',
      device: 'd',
      kind: 'k',
      time: NOW + value,
      receivedAt: NOW,
      values: { value },
    };
    const data = JSON.stringify({ version: 1, readings: [reading], tallies: [] });
    return bus.append([{ subject: subjects.readings({ park: 'tianyu', device: 'probe' }, 'aquaculture_pond'), data }]);
  };
  const open = async () => {
    const feed = await openLiveFeed({ bus, log: silent, ...(maxBuffered !== undefined && { maxBuffered }) });
    onTestFinished(() => feed.close());
    return feed;
  };
  return { bus, append, open };
}

const numberOf = ({ readings }: LiveEvent) => readings[0]?.values.value;

/** Follows in the background; `seen` grows. */
function follow(events: AsyncIterable<LiveEvent>) {
  const seen: (number | undefined)[] = [];
  let isEnded = false;
  const done = (async () => {
    for await (const event of events) seen.push(numberOf(event));
    isEnded = true;
  })();
  return { seen, done, isEnded: () => isEnded };
}

const upTo = (count: number) => [...Array(count).keys()];

describe('the live feed', () => {
  it('gives every follower what comes from now on, until it leaves', async () => {
    const { append, open } = await openFeed();
    await append(0);
    const feed = await open();
    const leaving = new AbortController();
    const [a, b] = [follow(feed.follow('now', leaving.signal)), follow(feed.follow('now', leaving.signal))];
    await append(1);
    await append(2);
    await eventually(() => a.seen.length === 2 && b.seen.length === 2);
    expect([a.seen, b.seen]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    leaving.abort();
    await Promise.all([a.done, b.done]);
  });

  it('replays behind a position and joins the others without gap or double, while readings keep coming', async () => {
    const { append, open } = await openFeed();
    const first = await append(0);
    for (const value of upTo(200).slice(1)) await append(value);
    const feed = await open();
    const leaving = new AbortController();
    const follower = follow(feed.follow(first, leaving.signal));
    for (let value = 200; value < 400; value++) await append(value);
    await eventually(() => follower.seen.length >= 399);
    expect(follower.seen).toEqual(upTo(400).slice(1));
    await append(400);
    await eventually(() => follower.seen.at(-1) === 400);
    leaving.abort();
    await follower.done;
  });

  it('replays to one that comes back although nothing is published after', async () => {
    const { append, open } = await openFeed();
    const position = await append(0);
    await append(1);
    const feed = await open();
    const leaving = new AbortController();
    const follower = follow(feed.follow(position, leaving.signal));
    await eventually(() => follower.seen.length === 1);
    leaving.abort();
    await follower.done;
    expect(follower.seen).toEqual([1]);
  });

  it('takes a position that the log never had for now', async () => {
    const { append, open } = await openFeed();
    await append(0);
    const feed = await open();
    const leaving = new AbortController();
    const follower = follow(feed.follow(1_000_000, leaving.signal));
    await eventually(async () => {
      await append(1);
      return follower.seen.length > 0;
    });
    leaving.abort();
    await follower.done;
  });

  it('ends a follower that lags, and keeps the others', async () => {
    const { append, open } = await openFeed(10);
    const feed = await open();
    const leaving = new AbortController();
    const slow = feed.follow('now', leaving.signal)[Symbol.asyncIterator]();
    const quick = follow(feed.follow('now', leaving.signal));
    const first = slow.next();
    await eventually(async () => {
      await append(1);
      return quick.seen.length > 30;
    });
    expect((await first).done).toBe(false);
    let count = 1;
    while (!(await slow.next()).done) count++;
    expect(count).toBeLessThanOrEqual(11);
    // The one that was ended listens no longer for its client to leave; the other does.
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(1);
    expect(quick.isEnded()).toBe(false);
    leaving.abort();
    await quick.done;
  });

  it('reads nothing more of the log for followers that have left, and closes what it read with', async () => {
    const { bus, append, open } = await openFeed();
    for (const value of upTo(2000)) await append(value);
    let consumptions = 0;
    const consume = bus.consume;
    bus.consume = async (options) => {
      const consumption = await consume(options);
      if (options.from === 'new') return consumption;
      consumptions += 1;
      const close = consumption.close.bind(consumption);
      return Object.assign(Object.create(consumption) as typeof consumption, {
        [Symbol.asyncIterator]: () => consumption[Symbol.asyncIterator](),
        async close() {
          consumptions -= 1;
          await close();
        },
      });
    };
    const feed = await open();
    const ofFeed = consumptions;
    const leaving = new AbortController();
    const iterator = feed.follow(0, leaving.signal)[Symbol.asyncIterator]();
    await iterator.next();
    expect(consumptions).toBe(ofFeed + 1);
    leaving.abort();
    await iterator.next();
    await eventually(() => consumptions === ofFeed);
  });

  it('ends with the signal, also while it replays', async () => {
    const { append, open } = await openFeed();
    await append(0);
    await append(1);
    const feed = await open();
    const leaving = new AbortController();
    const iterator = feed.follow(0, leaving.signal)[Symbol.asyncIterator]();
    await iterator.next();
    leaving.abort();
    expect((await iterator.next()).done).toBe(true);
  });

  it('reads the log once for many that replay it, whoever of them is slow', async () => {
    const { bus, append } = await openFeed();
    for (const value of upTo(1000)) await append(value);
    let opened = 0;
    let read = 0;
    const counting = {
      status: () => bus.status(),
      async consume(options: Parameters<typeof bus.consume>[0]) {
        const consumption = await bus.consume(options);
        if (!options.subjects.includes('daoyu.>')) return consumption;
        opened += 1;
        return {
          close: () => consumption.close(),
          async *[Symbol.asyncIterator]() {
            for await (const delivery of consumption) {
              read += 1;
              yield delivery;
            }
          },
        };
      },
    };
    const feed = await openLiveFeed({ bus: counting, log: silent });
    onTestFinished(() => feed.close());
    const leaving = new AbortController();
    const { signal } = leaving;
    // As each request has its own.
    const followers = Array.from({ length: 50 }, () => follow(feed.follow(0, AbortSignal.any([signal]))));
    const slow = feed.follow(0, AbortSignal.any([signal]))[Symbol.asyncIterator]();
    await slow.next();
    await eventually(() => followers.every(({ seen }) => seen.length === 1000));
    for (const { seen } of followers) expect(seen).toEqual(upTo(1000));
    // Those that come at one time are served together; each on its own would read 51,000 entries.
    expect(read).toBeLessThan(3000);
    expect(opened).toBeLessThan(5);
    const late: (number | undefined)[] = [0];
    while (late.length < 1000) late.push(numberOf((await slow.next()).value));
    expect(late).toEqual(upTo(1000));
    await append(1000);
    await eventually(() => followers.every(({ seen }) => seen.at(-1) === 1000));
    expect(numberOf((await slow.next()).value)).toBe(1000);
    leaving.abort();
    await Promise.all(followers.map(({ done }) => done));
  });

  it('replays no faster than its pace, all followers together', async () => {
    const { bus, append } = await openFeed();
    for (const value of upTo(600)) await append(value);
    const given: number[] = [];
    const replay = createLiveReplay({
      bus,
      log: silent,
      given: () => Number.MAX_SAFE_INTEGER,
      onLevel: () => {},
      toEvent: (position) => ({ position, readings: [] }),
      bytesPerSecond: 20_000,
    });
    onTestFinished(() => replay.close());
    for (let count = 0; count < 5; count++) {
      const follower = new LiveFollower(0, 1000);
      void (async () => {
        for await (const { position } of follower.events()) given.push(position);
      })();
      replay.add(follower);
    }
    await eventually(() => given.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // A piece of 64 entries to each of five is more than 50 KB, after which 20 KB/s rest for seconds.
    expect(given.length).toBeLessThanOrEqual(2 * 64 * 5);
  });
});
