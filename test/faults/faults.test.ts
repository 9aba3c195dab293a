/** The faults of docs/reliability.md, each under a load of 2,000 messages a second from 100 devices. `DAOYU_TEST_FAULTS=long` runs them as long as documented. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasInflux } from '../servers/influx.ts';
import { hasNats } from '../servers/nats.ts';
import { type Fault, type FaultResult, HEAD, pause, runFault } from './run-fault.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';
import { Account } from './verify.ts';

const isLong = process.env.DAOYU_TEST_FAULTS === 'long';
const INFLUX_DOWN_MS = isLong ? 60_000 : 4000;
const FROZEN_MS = isLong ? 15_000 : 4000;
const CUT_MS = isLong ? 15_000 : 4000;

const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of nats-server, started again at once',
    async inject({ nats }) {
      await nats.kill();
      await nats.start();
    },
  },
  {
    name: `kill -9 of influxd, down for ${INFLUX_DOWN_MS / 1000} s`,
    async inject({ influx }) {
      await influx.kill();
      await pause(INFLUX_DOWN_MS);
      await influx.start();
    },
  },
  {
    name: 'kill -9 of daoyu, started again at once',
    async inject(stage) {
      await stage.kill();
      await stage.restart();
    },
  },
  {
    name: `SIGSTOP of nats-server for ${FROZEN_MS / 1000} s`,
    async inject({ nats }) {
      nats.pause();
      await pause(FROZEN_MS);
      nats.resume();
    },
  },
  {
    name: `SIGSTOP of influxd for ${FROZEN_MS / 1000} s`,
    async inject({ influx }) {
      influx.pause();
      await pause(FROZEN_MS);
      influx.resume();
    },
  },
  {
    name: `network between daoyu and NATS dropped for ${CUT_MS / 1000} s`,
    async inject({ toNats }) {
      toNats.cut();
      await pause(CUT_MS);
      toNats.mend();
    },
  },
  {
    name: `network between daoyu and InfluxDB dropped for ${CUT_MS / 1000} s`,
    async inject({ toInflux }) {
      toInflux.cut();
      await pause(CUT_MS);
      toInflux.mend();
    },
  },
  {
    name: 'kill -9 of nats-server and influxd at once',
    async inject({ nats, influx }) {
      await Promise.all([nats.kill(), influx.kill()]);
      await Promise.all([nats.start(), influx.start()]);
    },
  },
  {
    name: 'kill -9 of nats-server and daoyu at once',
    async inject(stage) {
      await Promise.all([stage.nats.kill(), stage.kill()]);
      await stage.nats.start();
      await stage.restart();
    },
  },
  {
    name: 'kill -9 of influxd and daoyu at once',
    async inject(stage) {
      await Promise.all([stage.influx.kill(), stage.kill()]);
      // daoyu must start without it.
      await stage.restart();
      await stage.influx.start();
    },
  },
];

async function open(options?: StageOptions): Promise<{ readonly stage: Stage; readonly account: Account }> {
  const stage = await openStage(options);
  onTestFinished(() => stage.close());
  return { stage, account: new Account() };
}

const NOTHING = { missing: 0, doubled: 0, phantom: 0, wrong: 0, unbalanced: 0 };

const isThere = [hasNats(), hasInflux()].every(Boolean);

describe.runIf(isThere)('under load on NATS and InfluxDB', () => {
  it('loses and doubles no acknowledged reading, whatever is killed, frozen or cut', async () => {
    const { stage, account } = await open();
    console.info(HEAD);
    const results: FaultResult[] = [];
    for (const fault of FAULTS.filter(({ name }) => name.includes(process.env.DAOYU_TEST_FAULT ?? ""))) {
      const result = await runFault(stage, account, fault);
      results.push(result);
      expect(result, fault.name).toMatchObject({ ...NOTHING, quarantined: 0 });
    }
    expect(results.at(-1)?.acknowledged).toBeGreaterThan(10_000);
  }, 1_200_000);
});
