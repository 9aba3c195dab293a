/** What is asked, what is refused, what is there already: every row counts as exactly one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseFile, importerOf } from './importing.ts';

describe('a column', () => {
  it('that does not say of what is asked for, never taken', async () => {
    const run = await importerOf('paddy_water');
    const text = 'time,temperature,ec(µS/cm)\n2026-11-27 08:00,21.5,400\n';
    const { report } = await run(text, {}, true);
    expect(report.questions.map(({ about, choices }) => [about, choices[0]])).toEqual([
      ['temperature', 'water_temperature'],
      ['ec(µS/cm)', expect.any(String)],
    ]);
    await expect(run(text)).rejects.toMatchObject({ code: 'IMPORT_UNDECIDED' });
    const columns = { temperature: 'water_temperature', 'ec(µS/cm)': null };
    expect((await run(text, { columns })).readings[0]?.values).toMatchObject({ water_temperature: 21.5 });
  });

  it('whose unit is open is asked for where its values do not tell', async () => {
    const run = await importerOf();
    const text = 'time,depth\n2026-11-27 08:00,63\n2026-11-27 08:10,64\n';
    const { report } = await run(text, {}, true);
    expect(report.questions).toMatchObject([
      { about: 'depth', choices: ['water_level:mm', 'water_level:cm', 'water_level:m'] },
    ]);
    expect(report.questions[0]?.message).toMatch(/63 mm.*or 63 cm/);
    const columns = { depth: { field: 'water_level', unit: 'cm' } };
    expect((await run(text, { columns })).readings[0]?.values.water_level).toBe(630);
  });

  it('of oxygen that is in % by its values is asked for', async () => {
    const { report } = await (await importerOf())('time,do\n2026-11-27 08:00,85\n2026-11-27 08:10,104.2\n', {}, true);
    expect(report.questions).toMatchObject([{ about: 'do', choices: ['dissolved_oxygen', 'oxygen_saturation'] }]);
  });

  it('without a unit is taken in that of the field, and it is said', async () => {
    const { report } = await (await importerOf())('time,do,nothing\n2026-11-27 08:00,6.1,9\n');
    expect(report.notes).toEqual([
      'the times name no zone: taken as Beijing time (+08:00)',
      '"do": no unit in the file: taken as mg/L',
      'left out: "nothing"',
    ]);
  });

  it('of which there are two for one field is asked for', async () => {
    const { report } = await (await importerOf())('time,水温,Temp (°C)\n2026-11-27 08:00,21,21.5\n', {}, true);
    expect(report.questions[0]?.message).toMatch(/"水温" and "Temp \(°C\)" both mean water_temperature/);
  });

  it('in another unit is converted; in one of another kind it is asked for', async () => {
    const run = await importerOf();
    expect((await run('time,water temp (°F)\n2026-11-27 08:00,68\n')).readings[0]?.values.water_temperature).toBe(20);
    const { report } = await run('time,水温(mg/L)\n2026-11-27 08:00,68\n', {}, true);
    expect(report.questions[0]?.message).toMatch(/in mg\/L, but water_temperature is in °C/);
    await expect(
      run('time,x\n2026-11-27 08:00,68\n', { columns: { x: { field: 'water_temperature', unit: 'ells' } } }),
    ).rejects.toMatchObject({ code: 'UNIT_UNKNOWN' });
  });
});

describe('rows', () => {
  it('are refused by reason, of all rows, and kept in quarantine', async () => {
    const { report, quarantined } = await (await importerOf())(
      readFileSync(caseFile('b28-replay-summary/sentinel.csv')),
    );
    expect(report.counts).toEqual({
      rows: 59,
      new: 30,
      duplicate: 0,
      refused: 29,
      timeless: 0,
      empty: 0,
      remarks: 0,
      others: 0,
    });
    expect(report.refusals).toMatchObject([
      { code: 'VALUE_SENTINEL', field: 'dissolved_oxygen', count: 29, rows: [2, 4, 6, 8, 10] },
    ]);
    expect(quarantined).toBe(29);
  });

  it('of a file none of whose columns is known are refused with the names that were expected', async () => {
    await expect(
      (await importerOf())(readFileSync(caseFile('b29-replay-nothing-taken/nohit.csv'))),
    ).rejects.toMatchObject({
      code: 'IMPORT_COLUMN_UNKNOWN',
      message: expect.stringMatching(/^nothing would be imported.*time, wert; expected are water_temperature/),
    });
  });

  it('that come again are there already; other values for the same time are refused, one more field is new', async () => {
    const run = await importerOf();
    const text = 'time,do\n2026-11-27 08:00,6.1\n2026-11-27 08:10,6.2\n';
    expect((await run(text)).report.counts).toMatchObject({ new: 2, duplicate: 0 });
    expect((await run(text, {}, true)).report.counts).toMatchObject({ new: 0, duplicate: 2 });
    const again = await run(text);
    expect(again.report.counts).toMatchObject({ new: 0, duplicate: 2 });
    expect(again.readings).toEqual([]);
    const other = await run('time,do,ph\n2026-11-27 08:00,9.9,\n2026-11-27 08:10,6.2,8.1\n');
    expect(other.report.counts).toMatchObject({ rows: 2, new: 1, refused: 1 });
    expect(other.report.refusals).toMatchObject([{ code: 'READING_CONFLICT', rows: [1] }]);
  });

  it('that stand twice in a file count once, however far apart', async () => {
    const minute = (index: number) => new Date(Date.UTC(2026, 9, 1) + index * 60_000).toISOString();
    const rows = Array.from({ length: 6000 }, (_, index) => `${minute(index % 5000)},6.1`);
    for (const dryRun of [true, false]) {
      const { report } = await (await importerOf())(`time,do\n${rows.join('\n')}\n`, {}, dryRun);
      expect(report.counts).toMatchObject({ rows: 6000, new: 5000, duplicate: 1000 });
    }
  });

  it('in any order, empty, timeless or in the future: the sum is that of all', async () => {
    const text =
      'time,do\n2026-11-27 08:10,6.1\n2026-11-27 08:00,6.2\nsoon,6.3\n2026-11-27 08:20,\n2026-11-27 08:30,--\n2027-11-27 08:00,6\n1999-11-27 08:00,6\n2026-11-27 08:40,<0.5\n';
    const { report } = await (await importerOf())(text);
    expect(report.counts).toEqual({
      rows: 8,
      new: 2,
      duplicate: 0,
      refused: 3,
      timeless: 1,
      empty: 2,
      remarks: 0,
      others: 0,
    });
    expect(report.refusals.map(({ code }) => code).sort()).toEqual([
      ...['TIME_INVALID', 'TIME_IN_FUTURE', 'TIME_TOO_OLD', 'VALUE_NOT_A_NUMBER'],
    ]);
  });
});

it('a file that is no table says what it is', async () => {
  const run = await importerOf();
  for (const [content, message] of [
    ['', /empty/],
    ['\xd0\xcf\x11\xe0rest', /before 2007/],
    ['<html><table>', /HTML/],
    ['\x1f\x8b\b', /gzip/],
    ['PK\x03\x04 and nothing', /workbook cannot be read/],
  ] as const)
    await expect(run(Buffer.from(content, 'latin1'))).rejects.toMatchObject({
      code: 'TABLE_INVALID',
      message: expect.stringMatching(message),
    });
  const wrong = Buffer.concat([Buffer.from('time,do\n2026-11-27 08:00,6.1\n'), Buffer.from([0xff, 0xfe, 0x41])]);
  await expect(run(wrong, { encoding: 'utf-8' })).rejects.toMatchObject({ code: 'ENCODING_INVALID' });
  await expect(run(wrong, { encoding: 'klingon' })).rejects.toMatchObject({ code: 'ENCODING_INVALID' });
});
