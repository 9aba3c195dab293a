import { describe, expect, it } from 'vitest';
import { advance, type Command } from '../../commands/command.ts';
import { forgetOld, recordKey } from '../../commands/records.ts';
import { openMemoryKv } from '../../kv/memory.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-07-20T05:40:00+08:00');
const of = { version: 1, park: 'daoyu', device: 'pump', id: '1763900000000-0123456789ab' } as const;
const sent: Command = {
  ...{ park: 'daoyu', device: 'pump', id: of.id, name: 'aerator', value: { on: true }, by: 'Wang' },
  ...{ state: 'sent', sentAt: NOW, expires: NOW + 60_000 },
};
const reply = (state: 'received' | 'done' | 'failed', at: number, more = {}) =>
  ({ ...of, is: 'reply', state, at, ...more }) as const;
const expiry = { ...of, is: 'expired', at: NOW + 60_000 } as const;

describe('a command on the log', () => {
  it('goes from sent to received to done, and what comes again changes nothing', () => {
    const received = advance(sent, reply('received', NOW + 1, { message: 'starting' }));
    expect(received).toMatchObject({ state: 'received', receivedAt: NOW + 1, message: 'starting' });
    expect(advance(received, reply('received', NOW + 2))).toBe(received);
    const done = advance(received, reply('done', NOW + 3, { value: 7 }));
    expect(done).toMatchObject({ state: 'done', endedAt: NOW + 3, result: 7 });
    expect(done).not.toHaveProperty('message');
    for (const entry of [reply('received', NOW), reply('failed', NOW), expiry]) expect(advance(done, entry)).toBe(done);
  });

  it('that expired stays so, and shows how it ended late', () => {
    const expired = advance(sent, expiry);
    expect(expired).toMatchObject({ state: 'expired', endedAt: NOW + 60_000 });
    const received = advance(expired, reply('received', NOW + 70_000));
    const late = advance(received, reply('done', NOW + 80_000));
    expect(late).toMatchObject({ state: 'expired', late: { state: 'done', at: NOW + 80_000 } });
    expect(advance(late, reply('failed', NOW + 90_000))).toBe(late);
  });
});

it('old and too many ended commands are forgotten; what has no end or whose key may come again stays', async () => {
  const kv = openMemoryKv();
  const put = (index: number, change: Partial<Command>) => {
    const command = { ...sent, id: `${1_763_900_000_000 + index}-0123456789ab`, ...change };
    return kv.put(recordKey(command), command);
  };
  const ended = { state: 'done', expires: NOW - 1 } as const;
  for (let index = 0; index < 510; index++) await put(1000 + index, ended);
  await put(1, { state: 'sent', sentAt: NOW - 100 * DAY });
  await put(2, { ...ended, expires: NOW + DAY });
  await put(3, { ...ended, device: 'other' });
  await put(4, { ...ended, device: 'other', sentAt: NOW - 91 * DAY });
  await forgetOld(kv, NOW);
  const kept: string[] = [];
  for await (const { key } of kv.list('command/')) kept.push(key.replace('-0123456789ab', '').replace('17639000', ''));
  expect(kept.filter((key) => key.includes('/other/'))).toEqual(['command/daoyu/other/00003']);
  expect(kept.filter((key) => key.includes('/pump/')).length).toBe(502);
  expect(kept.slice(1, 4)).toEqual([
    'command/daoyu/pump/00001',
    'command/daoyu/pump/00002',
    'command/daoyu/pump/01010',
  ]);
});
