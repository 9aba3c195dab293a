/** Every notice ends delivered, failed or expired, whatever its channel does and whenever the process dies. */
import { expect, it, onTestFinished } from 'vitest';
import type { Alarm } from '../../../alarms/alarm.ts';
import type { Notice, Outcome } from '../../../alarms/channels/channel.ts';
import type { Intent } from '../../../alarms/notify/follow-up.ts';
import { noticesOf } from '../../../alarms/notify/notice-outcome.ts';
import { DUE_PREFIX, openOutbox } from '../../../alarms/notify/outbox.ts';
import type { Kv } from '../../../kv/kv.ts';
import { openMemoryKv } from '../../../kv/memory.ts';
import { eventually } from '../../eventually.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const NOW = 1_700_000_000_000;
const alarm = { id: 'alarm-1' } as Alarm;

function intentOf(id: string, channel: string, more: Partial<Intent> = {}): Intent {
  return {
    ...{
      id,
      about: 'open',
      alarms: [alarm],
      channel,
      standIns: [],
      mobiles: [],
      people: ['王工'],
      severity: 'critical',
    },
    ...{ decidedAt: NOW, notAfter: NOW + 3_600_000 },
    ...more,
  } as Intent;
}

type Answers = Readonly<Record<string, (notice: Notice, signal?: AbortSignal) => Promise<Outcome>>>;

async function openWith(answers: Answers, kv: Kv = openMemoryKv(), clock = () => NOW) {
  const sent: string[] = [];
  const outbox = await openOutbox({
    kv,
    book: {
      names: () => Object.keys(answers),
      open: (name) => {
        const answer = answers[name];
        const send = async (notice: Notice, signal?: AbortSignal) => {
          sent.push(`${name} ${notice.dedupKey}`);
          return (await answer?.(notice, signal)) as Outcome;
        };
        return answer && { channel: { send }, perMinute: 60_000 };
      },
    },
    noticeOf: ({ id, severity }) => ({ dedupKey: id, severity, title: { zh: '', en: '' }, lines: [] }),
    clock,
    log,
  });
  onTestFinished(() => outbox.close());
  const outcomes = async () =>
    (await noticesOf(kv, alarm.id)).map(({ id, result, code = '' }) => `${id} ${result} ${code}`.trim());
  return { outbox, kv, sent, outcomes };
}

const delivered = async (): Promise<Outcome> => ({ is: 'delivered' });
const broken = async (): Promise<Outcome> => ({ is: 'broken', code: 'KEY', why: 'wrong key' });

it('delivers, and a notice that was delivered is not sent again', async () => {
  const { outbox, sent, outcomes } = await openWith({ group: delivered });
  await outbox.add([intentOf('a', 'group')]);
  await eventually(outcomes, (all) => all.length === 1);
  await outbox.add([intentOf('a', 'group')]);
  expect(await outcomes()).toEqual(['a delivered']);
  expect(sent).toEqual(['group a']);
});

it('takes the next channel when one is broken, and says why the first failed', async () => {
  const { outbox, outcomes } = await openWith({ group: broken, phone: delivered });
  await outbox.add([intentOf('a', 'group', { standIns: ['gone', 'phone'] })]);
  expect((await eventually(outcomes, (all) => all.length === 2)).sort()).toEqual(['a failed KEY', 'a>phone delivered']);
});

it('tries again what a service does not take now', async () => {
  let calls = 0;
  const busy = async (): Promise<Outcome> =>
    ++calls < 3 ? { is: 'retry', afterMs: 5, code: 'BUSY', why: 'busy' } : { is: 'delivered' };
  const { outbox, outcomes, sent } = await openWith({ group: busy });
  await outbox.add([intentOf('a', 'group')]);
  expect(await eventually(outcomes, (all) => all.length === 1)).toEqual(['a delivered']);
  expect(sent).toHaveLength(3);
});

it('lets a notice expire that is of no use any more', async () => {
  let now = NOW;
  const { outbox, outcomes } = await openWith(
    { group: async () => ({ is: 'retry', afterMs: 10, code: 'BUSY', why: 'busy' }) },
    openMemoryKv(),
    () => (now += 60_000),
  );
  await outbox.add([intentOf('a', 'group', { notAfter: NOW + 600_000 })]);
  expect(await eventually(outcomes, (all) => all.length === 1)).toEqual([expect.stringMatching(/^a expired/)]);
});

it('a channel that hangs holds up no other', async () => {
  const stuck = (_notice: Notice, signal?: AbortSignal) =>
    new Promise<Outcome>((resolve) => {
      signal?.addEventListener('abort', () => resolve({ is: 'retry', afterMs: 1, code: 'STOPPED', why: 'stopped' }));
    });
  const { outbox, outcomes } = await openWith({ stuck, group: delivered });
  await outbox.add([intentOf('a', 'stuck', { severity: 'warning' }), intentOf('b', 'group')]);
  expect(await eventually(outcomes, (all) => all.length === 1)).toEqual(['b delivered']);
});

it('while a channel is busy, whatever is critical and waits behind the first takes the next one at once', async () => {
  const busy = async (): Promise<Outcome> => ({ is: 'retry', afterMs: 60_000, code: 'BUSY', why: 'busy' });
  const { outbox, outcomes, sent } = await openWith({ busy, group: delivered });
  const standIns = ['group'];
  const warning = intentOf('w', 'busy', { standIns, severity: 'warning' });
  await outbox.add([warning, ...['a', 'b', 'c'].map((id) => intentOf(id, 'busy', { standIns }))]);
  const told = ['a>group delivered', 'b>group delivered', 'c>group delivered'];
  await eventually(
    async () => (await outcomes()).sort(),
    (all) => all.join() === told.join(),
  );
  expect(sent.filter((each) => each.startsWith('busy'))).toHaveLength(1);
});

it('sends after a restart what was not sent before, with the same key', async () => {
  const kv = openMemoryKv();
  const first = await openWith(
    { group: async () => ({ is: 'retry', afterMs: 60_000, code: 'BUSY', why: 'busy' }) },
    kv,
  );
  await first.outbox.add([intentOf('a', 'group')]);
  await eventually(
    async () => first.sent.length,
    (count) => count === 1,
  );
  await first.outbox.close();
  expect((await kv.get(`${DUE_PREFIX}a`))?.value).toBeDefined();
  const second = await openWith({ group: delivered }, kv);
  expect(await eventually(second.outcomes, (all) => all.length === 1)).toEqual(['a delivered']);
  expect(second.sent).toEqual(['group a']);
});

it('sends critical ones first', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { outbox, sent } = await openWith({ group: async () => gate.then(() => ({ is: 'delivered' as const })) });
  await outbox.add([
    intentOf('w1', 'group', { severity: 'warning' }),
    intentOf('w2', 'group', { severity: 'warning' }),
    intentOf('c', 'group'),
  ]);
  open();
  await eventually(
    async () => sent.length,
    (count) => count === 3,
  );
  expect(sent).toEqual(['group w1', 'group c', 'group w2']);
});
