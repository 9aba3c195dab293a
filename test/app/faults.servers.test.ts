/** The faults of docs/reliability.md, each under a load of 2,000 messages a second from 100 devices. `DAOYU_TEST_FAULTS=long` runs them as long as documented. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRoot, mountImage, mountMemory } from '../faults/disks.ts';
import { type Fault, type FaultResult, HEAD, pause, runFault } from '../faults/run-fault.ts';
import { DEVICES, openStage, type Stage, type StageOptions, WITH_PH } from '../faults/stage.ts';
import { Account } from '../faults/verify.ts';
import { requireOrSkip } from '../require.ts';
import { hasInflux } from '../servers/influx.ts';
import { hasNats } from '../servers/nats.ts';

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

const ROLE_FAULTS: readonly Fault[] = ['broker', 'ingest-1', 'ingest-2', 'api'].map((name) => ({
  name: `kill -9 of the process ${name} of four, started again at once`,
  async inject(stage) {
    await stage.kill(name);
    await stage.restart(name);
  },
}));

async function open(options?: StageOptions): Promise<{ readonly stage: Stage; readonly account: Account }> {
  const stage = await openStage(options);
  onTestFinished(() => stage.close());
  return { stage, account: new Account() };
}

const NOTHING = { missing: 0, doubled: 0, phantom: 0, wrong: 0, unbalanced: 0, miscounted: 0 };

/** Runs faults one behind the other on one stage; every acknowledged reading since its beginning is held against the store after each. */
async function runAll(faults: readonly Fault[], options?: StageOptions): Promise<FaultResult | undefined> {
  const { stage, account } = await open(options);
  let last: FaultResult | undefined;
  for (const fault of faults) {
    last = await runFault(stage, account, fault);
    expect(last, fault.name).toMatchObject({ ...NOTHING, quarantined: 0 });
  }
  return last;
}

/** Resolves when no PUBACK has come for a second: they are withheld. */
async function withheld({ fleet }: Stage): Promise<void> {
  for (let before = -1, now = 0; before !== now; ) {
    before = (await fleet.count()).acknowledged;
    await pause(1000);
    now = (await fleet.count()).acknowledged;
  }
}

const isThere = [hasNats(), hasInflux()].every(Boolean);
const mayMount = isThere && requireOrSkip('the right to mount file systems', isRoot());

describe.runIf(isThere)('under load on NATS and InfluxDB', () => {
  console.info(HEAD);

  it('loses and doubles no acknowledged reading, whatever is killed, frozen or cut', async () => {
    const last = await runAll(FAULTS);
    expect(last?.acknowledged).toBeGreaterThan(10_000);
  }, 1_200_000);

  it('nor when roles are processes of their own and each is killed in turn', async () => {
    const processes = { broker: 'broker', 'ingest-1': 'ingest', 'ingest-2': 'ingest', api: 'api' };
    await runAll(ROLE_FAULTS, { processes });
  }, 300_000);

  it('withholds PUBACKs while JetStream is full of what InfluxDB has not taken, and loses nothing', async () => {
    const fault: Fault = {
      name: 'JetStream full (DAOYU_BUS_MAX_BYTES) while influxd is away',
      async inject(stage) {
        await stage.influx.kill();
        await withheld(stage);
        await stage.influx.start();
      },
    };
    await runAll([fault], { environment: { DAOYU_BUS_MAX_BYTES: '2MiB' } });
  }, 300_000);

  it('sets the poisoned points aside, all of them and only them', async () => {
    const { stage, account } = await open({
      // Somebody made a text of the field that three of the devices send.
      async prepare(influx) {
        await influx.ask('CREATE DATABASE "daoyu"');
        const hours = Array.from({ length: 30 }, (_, hour) => Date.now() - (hour - 2) * 3_600_000);
        await influx.write(hours.map((time) => `aquaculture_pond,site=other ph="acid" ${time}`).join('\n'));
      },
    });
    const fault: Fault = { name: `poisoned points: of ${WITH_PH} devices among ${DEVICES}`, inject: () => pause(1000) };
    const result = await runFault(stage, account, fault);
    expect(result).toMatchObject(NOTHING);
    expect(result.quarantined).toBeGreaterThan(0);
    expect(result.stored + result.quarantined).toBe(result.acknowledged);
  }, 300_000);

  it.runIf(mayMount)(
    'withholds PUBACKs while the disk below JetStream is full, and goes on by itself',
    async () => {
      const disk = mountMemory(48);
      const fault: Fault = {
        name: 'disk below JetStream full (tmpfs)',
        async inject(stage) {
          disk.fill();
          await withheld(stage);
          await pause(2000);
          disk.empty();
        },
      };
      await runAll([fault], { natsFolder: `${disk.folder}/nats`, environment: { DAOYU_BUS_MAX_BYTES: '512MiB' } });
    },
    300_000,
  );

  it.runIf(mayMount)(
    'survives the loss of power of the whole machine',
    async () => {
      const disk = mountImage(512);
      const fault: Fault = {
        name: 'power cut of the whole machine (image copied under the mount)',
        async inject(stage) {
          const pids = stage.pids();
          for (const pid of pids) process.kill(pid, 'SIGSTOP');
          disk.cutPower();
          await Promise.all([stage.nats.kill(), stage.influx.kill(), stage.kill()]);
          disk.comeBack();
          await Promise.all([stage.nats.start(), stage.influx.start()]);
          await stage.restart();
        },
      };
      await runAll([fault], { folder: disk.folder, environment: { DAOYU_BUS_MAX_BYTES: '256MiB' } });
    },
    300_000,
  );

  it('would notice: with the PUBACK sent before the append, readings are lost', async () => {
    const { stage, account } = await open({ environment: { DAOYU_TEST_ACK_FIRST: '1' } });
    const fault: Fault = {
      name: '**control**: PUBACK before the append; SIGSTOP of nats-server, then kill -9 of daoyu',
      async inject(first) {
        // What is acknowledged while the log stands still is in memory alone, and dies with it: lost for certain, not by luck.
        first.nats.pause();
        await pause(1000);
        await first.kill();
        first.nats.resume();
        await first.restart();
      },
    };
    const result = await runFault(stage, account, fault, { isControl: true });
    expect(result.missing).toBeGreaterThan(0);
  }, 300_000);
});
