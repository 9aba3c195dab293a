import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { pause, runFault } from '../faults/run-fault.ts';
import { openStage, RATE, type Stage } from '../faults/stage.ts';
import { Account } from '../faults/verify.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { hasInflux } from '../servers/influx.ts';
import { hasNats } from '../servers/nats.ts';

/** As in deploy/nats.conf, only quicker: how soon the server finds a frozen process dead, and others may have what it held. */
const QUICK = 'ping_interval: "1s"\nping_max: 2\nwrite_deadline: "2s"';

const accountOf = (stage: Stage) => stage.get<LedgerAnswer>('/api/v1/ledger?park=daoyu');

/** Everything is stored: whoever is awake has all the partitions. */
const untilTakenOver = (stage: Stage) => eventually(() => accountOf(stage), isDrained, 60_000);

it.runIf([hasNats(), hasInflux()].every(Boolean))(
  'an ingest process that is frozen under load and wakes up when another has its partitions doubles and loses nothing',
  async () => {
    const processes = { front: 'broker,api', 'ingest-1': 'ingest', 'ingest-2': 'ingest' };
    const stage = await openStage({ processes, natsConfiguration: QUICK });
    onTestFinished(() => stage.close());
    const account = new Account();
    for (const name of ['ingest-1', 'ingest-2', 'ingest-1', 'ingest-2']) {
      const result = await runFault(stage, account, {
        name: `SIGSTOP of ${name} under load until the other has taken over, SIGCONT under load`,
        async inject({ fleet, freeze, wake }) {
          freeze(name);
          await pause(1000);
          // Silent for a moment, so that it can be seen who has what.
          await fleet.setRate(0);
          await untilTakenOver(stage);
          await fleet.setRate(RATE);
          await pause(500);
          wake(name);
        },
      });
      const nothing = { missing: 0, doubled: 0, phantom: 0, wrong: 0, unbalanced: 0, miscounted: 0, quarantined: 0 };
      expect(result, name).toMatchObject(nothing);
    }
    // Nothing was sent twice by the devices, so nothing may count as duplicate either.
    const { ledger } = await accountOf(stage);
    expect(ledger.reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(0);
  },
  300_000,
);
