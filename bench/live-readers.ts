/** What pages that replay the whole log cost the devices: PUBACK times while many follow `/live?after=0`. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { startChild } from './child.ts';

interface Options {
  readonly megabytes: number;
  readonly seconds: number;
  readonly readers: readonly number[];
}

const BATCH = 200;

export async function benchLiveReaders({ megabytes, seconds, readers }: Options): Promise<void> {
  for (const count of readers) {
    const child = startChild('platform-process');
    const [ready] = (await once(child, 'message')) as [{ mqtt: string; http: string; token: string }];
    const { mqtt: url, http, token } = ready;
    try {
      const post = async (path: string, body: object) => {
        const answer = await fetch(new URL(path, http), {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return answer.json();
      };
      await post('/api/v1/parks', { park: 'bench' });
      const device = { park: 'bench', site: 'pond', device: 'probe', kind: 'aquaculture_pond' };
      const login = (await post('/api/v1/devices', device)) as { clientId: string; username: string; password: string };
      const client = await mqtt.connectAsync(url, { ...login, reconnectPeriod: 0 });
      await fill(client, megabytes);
      const sockets = open(http, token, count);
      let received = 0;
      for (const socket of sockets)
        socket.on('data', (piece) => {
          received += piece.length;
        });
      const times = await measure(client, seconds);
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [{ rss: number }];
      times.sort((a, b) => a - b);
      const at = (share: number) =>
        (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
      console.info(
        `${count} readers of ${megabytes} MB: ${times.length} PUBACKs in ${seconds} s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms; ${(received / 1e6).toFixed(0)} MB given, RSS ${(usage.rss / 1e6).toFixed(0)} MB`,
      );
      for (const socket of sockets) socket.destroy();
      await client.endAsync(true);
    } finally {
      child.send('stop');
      await once(child, 'exit');
    }
  }
}

async function fill(client: mqtt.MqttClient, megabytes: number): Promise<void> {
  let time = Date.now() - 30 * 86_400_000;
  for (let bytes = 0; bytes < megabytes * 1e6; ) {
    const start = time;
    const readings = Array.from({ length: BATCH }, (_, index) => ({
      time: start + index * 1000,
      dissolved_oxygen: 6 + Math.round(Math.sin(index) * 100) / 100,
      water_temperature: 24.1,
      ph: 7.8,
    }));
    time += BATCH * 1000;
    const text = JSON.stringify(readings);
    await client.publishAsync('daoyu/bench/probe/telemetry', text, { qos: 1 });
    // As long as it is on the log, where each reading carries its names.
    bytes += BATCH * 210;
  }
}

function open(http: string, token: string, count: number): readonly Socket[] {
  const { hostname, port } = new URL(http);
  return Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`GET /api/v1/live?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    return socket;
  });
}

/** One publish after another, twenty a second at most. */
async function measure(client: mqtt.MqttClient, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const began = performance.now();
    await client.publishAsync('daoyu/bench/probe/telemetry', JSON.stringify({ dissolved_oxygen: 6.4 }), { qos: 1 });
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return times;
}
