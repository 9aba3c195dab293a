import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from '../../app/config.ts';
import { startPlatform } from '../../app/platform.ts';
import { newDataDir } from '../running-platform.ts';

it('a start that fails says why within seconds although a part never closes', async () => {
  const config = readConfig({
    DAOYU_DATA_DIR: newDataDir(),
    DAOYU_LOG_LEVEL: 'silent',
    DAOYU_MQTT_PORT: '0',
    DAOYU_WS_PORT: 'off',
    DAOYU_HTTP_PORT: '0',
  });
  const blocked = startPlatform(
    { ...config, host: '203.0.113.1' },
    {
      log: pino({ level: 'silent' }),
      clock: Date.now,
      wrapStore: (store) => {
        // As a server that is away would do.
        store.close = () => new Promise(() => {});
        return store;
      },
    },
  );
  await expect(blocked).rejects.toMatchObject({ code: 'PORT_TAKEN' });
}, 20_000);
