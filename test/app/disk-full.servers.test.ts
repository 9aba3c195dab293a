import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { canMount, mountSmall } from '../small-disk.ts';

describe.runIf(requireOrSkip('root, to mount a small file system', canMount))('a full disk', () => {
  it('stops PUBACKs and turns readiness red; nothing acknowledged is lost; intake resumes when space returns', async () => {
    const folder = mountSmall(96);
    if (folder === undefined) return void requireOrSkip('a tmpfs mount', false);
    const { addDevice, connect, get, platform } = await runPlatform({
      DAOYU_DATA_DIR: join(folder, 'data'),
      DAOYU_MQTT_ADMIT_TIMEOUT: '2s',
    });
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const client = await connect(credentials, { reconnectPeriod: 100 });
    client.on('error', () => {});
    const acknowledged = new Set<number>();
    const first = Date.now() - 86_400_000;
    let sent = 0;
    const publish = (time = first + sent++ * 1000) => {
      // The note makes each message a few kB, so that the disk fills in seconds.
      const payload = JSON.stringify({ time, dissolved_oxygen: 6, note: 'x'.repeat(2000) });
      client.publish(credentials.topics.telemetry, payload, { qos: 1 }, (error) => {
        // What the client gives up when a connection ends, a device sends again.
        if (error) setTimeout(() => publish(time), 100);
        else acknowledged.add(time);
      });
    };
    publish();
    await eventually(() => acknowledged.size === 1);
    const pad = join(folder, 'pad');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(pad, Buffer.alloc(Math.max(0, bavail * bsize - 17_000_000)));
    const pump = setInterval(() => {
      if (sent - acknowledged.size < 50) publish();
    }, 5);
    onTestFinished(() => clearInterval(pump));
    const status = async () => (await fetch(new URL('/readyz', platform.urls.http))).status;
    await eventually(status, (code) => code === 503, 40_000);
    const stoppedAt = acknowledged.size;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(acknowledged.size - stoppedAt).toBeLessThan(20);
    rmSync(pad);
    await eventually(() => acknowledged.size > stoppedAt + 50, Boolean, 40_000);
    await eventually(status, (code) => code === 200, 20_000);
    clearInterval(pump);
    await eventually(() => acknowledged.size === sent, Boolean, 40_000);
    const { ledger } = await eventually(
      () => get<LedgerAnswer>('/api/v1/ledger?device=probe'),
      (answer) => answer.ledger.length > 0 && isDrained(answer),
      40_000,
    );
    const [row] = ledger;
    expect(row?.stored).toBe(sent);
    expect(row?.received).toBe((row?.stored ?? 0) + (row?.duplicate ?? 0) + (row?.quarantined ?? 0));
    const { series } = await httpClient(platform.urls.http, platform.token).get<{
      series: { points: [number, number][] }[];
    }>(`/api/v1/series?kind=aquaculture_pond&device=probe&fields=dissolved_oxygen&from=-2d`);
    const times = new Set(series.flatMap((each) => each.points.map(([time]) => time)));
    expect([...acknowledged].filter((time) => !times.has(time))).toEqual([]);
  }, 180_000);
});
