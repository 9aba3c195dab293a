/** The platform under measurement, in its own process; with `noop` its admit does nothing: the ceiling that broker and parser allow. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../app/config.ts';
import { startPlatform } from '../app/platform.ts';

const { DAOYU_BUS_URL, DAOYU_STORE_URL, DAOYU_BENCH_FOLDER } = process.env;
/** A bench may have put something into it. */
const folder = DAOYU_BENCH_FOLDER ?? mkdtempSync(join(tmpdir(), 'daoyu-bench-'));
const config = readConfig({
  ...(DAOYU_BUS_URL && { DAOYU_BUS_URL }),
  ...(DAOYU_STORE_URL && { DAOYU_STORE_URL }),
  DAOYU_DATA_DIR: folder,
  DAOYU_DEMO: 'yes',
  DAOYU_MQTT_PORT: '0',
  // The fuzz asks for it.
  DAOYU_WS_PORT: process.env.DAOYU_TEST_WS_PORT ?? 'off',
  DAOYU_HTTP_PORT: '0',
  // Thousands of devices are made at once for it.
  DAOYU_API_RATE: '1000000',
  DAOYU_MQTT_MAX_RATE: '1000000',
  DAOYU_MQTT_MAX_CONNECTIONS: '100000',
  DAOYU_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '100000',
});
const platform = await startPlatform(config, {
  log: pino({ level: 'error' }),
  clock: Date.now,
  ...(process.argv[2] === 'noop' && { wrapAdmit: () => () => Promise.resolve() }),
});
process.send?.({
  mqtt: platform.urls.mqtt.mqtt,
  ws: platform.urls.mqtt.ws,
  http: platform.urls.http,
  token: platform.token,
  folder,
});
const profiler = new Session();

/** Where the CPU of the main thread goes, for Chrome's developer tools. */
async function profile({ to }: { readonly to?: string }): Promise<void> {
  if (to === undefined) {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: 500 });
    await profiler.post('Profiler.start');
  } else {
    const { profile: found } = await profiler.post('Profiler.stop');
    writeFileSync(to, JSON.stringify(found));
    profiler.disconnect();
  }
  process.send?.('profiled');
}

// A bench that is ended leaves nothing behind.
process.on('disconnect', () => process.exit(1));
process.on('message', (request) => {
  if (typeof request === 'object' && request !== null) {
    void profile(request);
    return;
  }
  if (request === 'usage') {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send?.({ rss: process.memoryUsage().rss, cpuUs: user + system });
    return;
  }
  if (request !== 'stop')
    throw new Error(`the measured platform knows the requests usage and stop, not ${String(request)}`);
  void platform.close().then(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
