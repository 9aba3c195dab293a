import { expect, it } from 'vitest';
import { csvLine } from '../../base/csv.ts';

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '\0x'])('%j cannot run in a spreadsheet', (text) => {
  expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
});

it('quotes after RFC 4180 and leaves negative numbers numbers', () => {
  expect(csvLine(['a,b', 'say "x"', 'two\nlines', -1.5, ''])).toBe('"a,b","say ""x""","two\nlines",-1.5,\r\n');
});
