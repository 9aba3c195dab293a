import { describe, expect, it } from 'vitest';
import { isOlderThan } from '../../../engines/nats/connection.ts';
import { judge } from '../../../engines/nats/durability.ts';

const stream = { storage: 'file', num_replicas: 1, persist_mode: '' } as const;
const server = (name: string, syncsEachWrite: boolean) => ({ name, version: '2.10.27', syncsEachWrite });

describe('what a PUBACK survives', () => {
  it('is loss of power only when every server that keeps the stream is known to sync each write', () => {
    expect(judge(stream, 1, [server('a', true)], '2.10.27').survives).toBe('power loss');
    expect(judge(stream, 1, [server('a', false)], '2.10.27').survives).toBe('process death');
    expect(judge(stream, 1, [], '2.10.27').survives).toBe('process death');
    const three = { ...stream, num_replicas: 3 };
    expect(judge(three, 3, [server('a', true), server('b', true)], '2.10.27')).toMatchObject({
      survives: 'process death',
      message: expect.stringContaining('2 of 3 servers'),
    });
    expect(judge(three, 3, [server('a', true), server('b', true), server('c', false)], '2.10.27')).toMatchObject({
      survives: 'process death',
      message: expect.stringMatching(/^c syncs only now and then.*3 servers keep a copy/),
    });
  });

  it('is nothing for a stream in memory or one that confirms before it writes', () => {
    expect(judge({ ...stream, storage: 'memory' }, 1, [server('a', true)], '2.10.27').survives).toBe('nothing');
    expect(judge({ ...stream, persist_mode: 'async' }, 1, [server('a', true)], '2.12.1').survives).toBe('nothing');
  });

  it('is said with a word on releases that are older than those that were tested', () => {
    expect(judge(stream, 1, [server('a', true)], '2.10.4').message).toContain('older than 2.10.27');
    expect(judge(stream, 1, [server('a', true)], '2.12.3').message).not.toContain('older');
  });
});

describe('versions', () => {
  it('are compared by number, not by text', () => {
    expect(isOlderThan('2.9.10', '2.10.0')).toBe(true);
    expect(isOlderThan('2.10.0', '2.9.10')).toBe(false);
    expect(isOlderThan('2.10.27', '2.10.27')).toBe(false);
    expect(isOlderThan('2.12.0-preview.1', '2.12.0')).toBe(false);
  });
});
