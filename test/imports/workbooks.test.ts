import { describe, expect, it } from 'vitest';
import { workbookOf } from '../tables/workbook.ts';
import { importerOf } from './importing.ts';

/** 2026-11-27 08:05 as Excel counts. */
const SERIAL = 46_353 + (8 * 60 + 5) / 1440;
const HEADER = ['时间', '溶解氧(mg/L)', '水温(℃)'];
const at = (text: string) => new Date(text).toISOString();

describe('a workbook', () => {
  it('gives its dates in Beijing time, and its numbers as they are', async () => {
    const file = await workbookOf({
      一号塘: [
        ['3 号塘 2026 年记录'],
        HEADER,
        [{ date: SERIAL }, 6.41, 24.300000000000001],
        [{ date: SERIAL + 1 / 96 }, 6.38, null],
      ],
      说明: [['nothing']],
    });
    const { report, readings } = await (await importerOf())(file);
    expect(readings).toMatchObject([
      { time: at('2026-11-27T08:05+08:00'), values: { dissolved_oxygen: 6.41, water_temperature: 24.3 } },
      { time: at('2026-11-27T08:20+08:00'), values: { dissolved_oxygen: 6.38 } },
    ]);
    expect(report.file).toMatchObject({ format: 'xlsx', sheet: '一号塘', sheets: ['一号塘', '说明'], skipped: 1 });
    expect(report.notes.join()).toContain('only "一号塘" is read');
  });

  it('has date and clock in two columns, times as texts, or days since 1904', async () => {
    const apart = [
      ['日期', '时刻', '溶解氧(mg/L)'],
      [{ date: 46_353, style: 2 }, { date: 0.25, style: 3 }, 6.4],
      [{ date: 46_354, style: 2 }, { date: 0.5, style: 3 }, 6.5],
    ] as const;
    const run = await importerOf();
    expect((await run(await workbookOf({ a: apart }))).readings.map(({ time }) => time)).toEqual(
      ['2026-11-27T06:00+08:00', '2026-11-28T12:00+08:00'].map(at),
    );
    const texts = [HEADER, ['2026/11/25 下午 1:05', '6.4', 21]] as const;
    expect((await run(await workbookOf({ a: texts }))).readings).toMatchObject([
      { time: at('2026-11-25T13:05+08:00'), values: { dissolved_oxygen: 6.4 } },
    ]);
    const old = await workbookOf({ a: [HEADER, [{ date: SERIAL - 1462 - 1 }, 6.6, 22]] }, { is1904: true });
    expect((await run(old)).readings[0]?.time).toBe(at('2026-11-26T08:05+08:00'));
  });

  it('reads the sheet that is named, and names those there are', async () => {
    const file = await workbookOf({ a: [['x']], b: [HEADER, [{ date: SERIAL }, 6.4, 24]] });
    const run = await importerOf();
    expect((await run(file, { sheet: 'b' })).report.counts).toMatchObject({ new: 1 });
    await expect(run(file, { sheet: 'c' })).rejects.toMatchObject({
      code: 'TABLE_INVALID',
      message: 'the workbook has no sheet "c"; it has a, b',
    });
  });

  it('that unpacks to more than a sheet may have is refused before it is unpacked', async () => {
    const bomb = `<sst>${' '.repeat(70 * 1024 * 1024)}</sst>`;
    const file = await workbookOf({ a: [HEADER] }, { more: { 'xl/sharedStrings.xml': bomb } });
    expect(file.length).toBeLessThan(1024 * 1024);
    await expect((await importerOf())(file)).rejects.toMatchObject({
      code: 'TABLE_INVALID',
      message: expect.stringMatching(/unpacks to 70 MB, more than the 64 MB/),
    });
  });
});
