/** A whole platform in a process of its own, to be killed. With DAOYU_TEST_ACK_FIRST it acknowledges before the append: the control that must lose. */
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { startPlatform } from '../../app/platform.ts';

const platform = await startPlatform(readConfig(process.env), {
  log: pino({ level: 'fatal' }),
  clock: Date.now,
  ...(process.env.DAOYU_TEST_ACK_FIRST === '1' && {
    wrapAdmit: (admit) => (message) => {
      admit(message).catch(() => {});
      return Promise.resolve();
    },
  }),
});
process.stdout.write(`${JSON.stringify({ urls: platform.urls, token: platform.token })}\n`);
process.on('SIGTERM', () => void platform.close().then(() => process.exit(0)));
