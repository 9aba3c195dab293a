import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ApiOptions } from '../../api/api.ts';
import { openApi } from '../../api/server.ts';
import type { Bus } from '../../bus/bus.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { type LiveEvent, type LiveFeed, openLiveFeed } from '../../consumers/live-feed.ts';
import { eventually } from '../eventually.ts';
import { apiOptions, bearer, limits } from './running-api.ts';

async function serve(change: Partial<ApiOptions>) {
  const { write, ...made } = await apiOptions();
  const api = await openApi({ ...made, ...change });
  onTestFinished(() => api.close());
  return { api, write, url: (path: string) => new URL(path, api.url) };
}

/** What a stream has said so far. */
async function listen(url: URL, headers: Record<string, string> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(url, { headers: { ...bearer, ...headers } }, resolve).once('error', reject);
  });
  let text = '';
  let isEnded = false;
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    text += piece;
  });
  response.on('error', () => undefined);
  response.once('close', () => {
    isEnded = true;
  });
  onTestFinished(() => void response.destroy());
  return { response, text: () => text, isEnded: () => isEnded, leave: () => response.destroy() };
}

const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

/** Follows until its signal; tells how many follow. */
function countingFeed(): LiveFeed & { following(): number } {
  let following = 0;
  return {
    following: () => following,
    async *follow(_after, signal) {
      following += 1;
      try {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      } finally {
        following -= 1;
      }
    },
  };
}

/** The number once it stands still; answers to others show that the server has had its turns meanwhile. */
async function settled(number: () => number, anything: URL): Promise<number> {
  for (let before = -1; before !== number(); ) {
    before = number();
    for (let count = 0; count < 20; count++) await fetch(anything);
  }
  return number();
}

describe('the live stream', () => {
  it('goes on behind Last-Event-ID or after=, without a gap or a double', async () => {
    const bus: Bus = openMemoryBus();
    const feed = await openLiveFeed({ bus, log: { info() {}, warn() {}, error() {} } });
    onTestFinished(async () => {
      await feed.close();
      await bus.close();
    });
    const { url } = await serve({ live: feed });
    const append = (value: number) => {
      const reading = {
        park: 'tianyu',
        site: 'pond-1',
        device: 'probe',
        kind: 'aquaculture_pond',
        time: value,
        receivedAt: value,
        values: { dissolved_oxygen: value },
      };
      return bus.append([
        {
          subject: 'daoyu.readings.tianyu.aquaculture_pond',
          data: JSON.stringify({ version: 1, readings: [reading], tallies: [] }),
        },
      ]);
    };
    const positions: number[] = [];
    for (let value = 1; value <= 5; value++) positions.push(await append(value));
    const byHeader = await listen(url('/api/v1/live'), { 'last-event-id': String(positions[1]) });
    const byQuery = await listen(url(`/api/v1/live?after=${positions[3]}`));
    await eventually(() => ids(byHeader.text()).length === 3 && ids(byQuery.text()).length === 1);
    positions.push(await append(6));
    await eventually(() => ids(byQuery.text()).length === 2);
    await eventually(() => ids(byHeader.text()).length >= 4);
    expect(ids(byHeader.text())).toEqual(positions.slice(2));
    expect(ids(byQuery.text())).toEqual(positions.slice(4));
    expect(byHeader.response.headers['content-type']).toMatch(/^text\/event-stream/);
  });

  it('has so many places; one that leaves makes room for the next', async () => {
    const live = countingFeed();
    const { url } = await serve({ live });
    const streams = await Promise.all([listen(url('/api/v1/live')), listen(url('/api/v1/live'))]);
    await eventually(() => live.following() === limits.maxLiveClients);
    const refused = await fetch(url('/api/v1/live'), { headers: bearer });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(await refused.json()).toMatchObject({ code: 'LIVE_FULL' });
    streams[0]?.leave();
    await eventually(() => live.following() === limits.maxLiveClients - 1);
    const next = await listen(url('/api/v1/live'));
    expect(next.response.statusCode).toBe(200);
  });

  it('takes no more from the feed than a reader that does not read has room for', async () => {
    let given = 0;
    const pad = 'x'.repeat(60_000);
    const live: LiveFeed = {
      async *follow(_after, signal): AsyncGenerator<LiveEvent> {
        while (!signal.aborted && given < 5000) {
          const position = ++given;
          yield {
            position,
            readings: [
              { park: 'tianyu', site: 'pond-1', device: 'probe', kind: pad, time: 1, receivedAt: 1, values: { a: 1 } },
            ],
          };
        }
      },
    };
    const { api, url } = await serve({ live });
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write(`GET /api/v1/live HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer.authorization}\r\n\r\n`);
    await eventually(() => given > 0);
    // What the system's own buffers of the connection hold, 60 kB each.
    expect(await settled(() => given, url('/healthz'))).toBeLessThan(1000);
    const before = given;
    socket.resume();
    await eventually(() => given > before + 100);
  });

  it('ends when the platform closes', async () => {
    const live = countingFeed();
    const { api, url } = await serve({ live });
    const stream = await listen(url('/api/v1/live'));
    await eventually(() => live.following() === 1);
    await api.close();
    await eventually(stream.isEnded);
    expect(live.following()).toBe(0);
  });
});

describe('an export', () => {
  it('is read from the store no faster than its reader reads, and stops with it', async () => {
    let given = 0;
    let isStopped = false;
    const { api, url } = await serve({
      store: {
        series: async () => [],
        latest: async () => [],
        holding: async () => ({ readings: 0 }),
        async *export() {
          try {
            for (; given < 2_000_000; given++) {
              yield {
                park: 'tianyu',
                site: 'pond-1',
                device: 'probe',
                kind: 'aquaculture_pond',
                time: given,
                receivedAt: given,
                values: { dissolved_oxygen: 1 },
              };
            }
          } finally {
            isStopped = true;
          }
        },
      },
    });
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.write(
      `GET /api/v1/series?kind=aquaculture_pond&format=csv HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer.authorization}\r\n\r\n`,
    );
    await eventually(() => given > 0);
    const taken = await settled(() => given, url('/healthz'));
    // What the buffers of the server and of the system hold of lines of 70 bytes.
    expect(taken).toBeLessThan(500_000);
    expect(isStopped).toBe(false);
    socket.destroy();
    await eventually(() => isStopped);
    expect(given).toBeLessThan(2_000_000);
  });
});

it('a taken port is named with the setting that changes it', async () => {
  const { api } = await serve({});
  const { write: _, ...options } = await apiOptions();
  const port = Number(new URL(api.url).port);
  await expect(openApi({ ...options, port })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringMatching(/DAOYU_HTTP_PORT/),
  });
});
