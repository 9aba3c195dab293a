import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { watchDiskSpace } from '../../base/disk-space.ts';
import { codeOf, DaoyuError } from '../../base/errors.ts';

describe('an error', () => {
  it('of ours has a code for programs, a sentence for people and its cause', () => {
    const cause = new Error('below');
    const error = new DaoyuError('BUS_FULL', 'the log is full', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'DaoyuError', code: 'BUS_FULL', message: 'the log is full', cause });
    expect(String(error)).toBe('DaoyuError: the log is full');
  });

  it('of ours or of the system is known by its code, anything else by none', () => {
    expect(codeOf(new DaoyuError('BUS_FULL', ''))).toBe('BUS_FULL');
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    expect(codeOf({ code: 7 })).toBe('7');
    for (const other of [new Error('x'), {}, null, undefined, 'BUS_FULL', 7]) expect(codeOf(other)).toBe('UNKNOWN');
  });
});

describe('the reserve of a disk', () => {
  it('lets writes through while more than it is free, and says otherwise how much is', () => {
    watchDiskSpace(tmpdir(), 1).check();
    const none = watchDiskSpace(tmpdir(), 1e18);
    const refusal = /only \d+ MB are free on the disk of .*, and 1000000000000 MB are kept in reserve/;
    expect(() => none.check()).toThrow(refusal);
    // The answer is remembered for a moment.
    expect(() => none.check()).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  });
});
