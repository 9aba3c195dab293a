import { expect, it, onTestFinished, vi } from 'vitest';
import { createTimers } from '../../dashboards/page/feed/timers.ts';

function open() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const done: string[] = [];
  return { timers: createTimers(), done, note: (what: string) => () => void done.push(what) };
}

it('a timer that runs already is left alone, and can run again once it is over', () => {
  const { timers, done, note } = open();
  timers.once('show', 100, note('first'));
  vi.advanceTimersByTime(60);
  timers.once('show', 100, note('second'));
  vi.advanceTimersByTime(40);
  expect(done).toEqual(['first']);
  timers.once('show', 100, note('third'));
  vi.advanceTimersByTime(100);
  expect(done).toEqual(['first', 'third']);
});

it('a timer that is restarted runs its last work, from the last time on', () => {
  const { timers, done, note } = open();
  timers.restart('retry', 100, note('first'));
  vi.advanceTimersByTime(60);
  timers.restart('retry', 100, note('second'));
  vi.advanceTimersByTime(99);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['second']);
});

it('a stopped timer runs nothing, and neither does any after the end', () => {
  const { timers, done, note } = open();
  timers.once('a', 10, note('a'));
  timers.once('b', 10, note('b'));
  timers.stop('a');
  vi.advanceTimersByTime(10);
  expect(done).toEqual(['b']);
  timers.once('c', 10, note('c'));
  timers.close();
  timers.once('d', 10, note('d'));
  vi.advanceTimersByTime(100);
  expect(done).toEqual(['b']);
});
