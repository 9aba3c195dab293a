import { expect, it } from 'vitest';
import { type FileResult, sumUp } from './run-all.ts';

const result = (file: string, passed: number, failed = 0): FileResult => ({
  file,
  hasFailed: failed > 0,
  passed,
  failed,
});

it('adds up what passed', () => {
  expect(sumUp([result('a', 2), result('b', 3)], [])).toEqual({ passed: 5, failed: 0, flaky: [], broken: [] });
});

it('names a file flaky that passes when run again, and counts its tests once', () => {
  expect(sumUp([result('a', 2), result('b', 3, 1)], [result('b', 4)])).toEqual({
    ...{ passed: 6, failed: 0 },
    ...{ flaky: ['b'], broken: [] },
  });
});

it('fails for a file that fails twice, also when another test of it fails the second time', () => {
  expect(sumUp([result('a', 2, 2)], [result('a', 3, 1)])).toEqual({ passed: 3, failed: 1, flaky: [], broken: ['a'] });
});

it('counts a file that breaks before its tests are known as one failure', () => {
  const broken: FileResult = { file: 'a', hasFailed: true, passed: 0, failed: 0 };
  expect(sumUp([broken], [broken])).toEqual({ passed: 0, failed: 1, flaky: [], broken: ['a'] });
  expect(sumUp([broken], [])).toMatchObject({ failed: 1 });
});
