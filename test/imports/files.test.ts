/** Files as loggers and spreadsheets write them, and the readings that come of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseFile, importerOf } from './importing.ts';

const at = (text: string) => new Date(text).toISOString();
const measured = (time: string, values: object) => ({ time: at(time), values: expect.objectContaining(values) });

describe('a file of', () => {
  it('Excel in Chinese: GBK or UTF-8, dates with slashes, units in the header', async () => {
    const run = await importerOf('cold_chain');
    for (const name of ['a15-csv-gbk-excel/coldstore_gbk.csv', 'a16-csv-slashes/coldstore_utf8.csv']) {
      const { report, readings } = await run(readFileSync(caseFile(name)), {}, name.startsWith('a16'));
      expect(report.counts).toMatchObject({ rows: 2, refused: 0, timeless: 0, empty: 0 });
      expect(report.time).toMatchObject({ zone: '+08:00', zoneFrom: 'assumed' });
      expect(report.notes.join()).toContain('the times name no zone: taken as Beijing time');
      if (name.startsWith('a15'))
        expect(readings).toEqual([
          measured('2026-11-27T08:00+08:00', { air_temperature: -18.5, air_humidity: 83 }),
          measured('2026-11-27T08:05+08:00', { air_temperature: -18.4, air_humidity: 82 }),
        ]);
      else expect(report.counts).toMatchObject({ new: 0, duplicate: 2 });
    }
  });

  it('HOBO: a title above the header, AM and PM, zone and units in the header', async () => {
    const { readings, report } = await (await importerOf())(readFileSync(caseFile('b19-hobo/hobo_u26.csv')));
    expect(readings).toEqual([
      measured('2026-11-27T08:00+08:00', { dissolved_oxygen: 6.41, water_temperature: 24.3 }),
      measured('2026-11-27T08:10+08:00', { dissolved_oxygen: 6.38, water_temperature: 24.21 }),
      measured('2026-11-27T13:10+08:00', { dissolved_oxygen: 7.38, water_temperature: 25.21 }),
    ]);
    expect(report.time).toMatchObject({ zone: '+08:00', zoneFrom: 'file', order: 'mdy' });
  });

  it('KorEXO: UTF-16, a preamble, date and time in two columns', async () => {
    const { readings, report } = await (await importerOf())(readFileSync(caseFile('b21-exo-utf16/exo_utf16.csv')));
    const values = { dissolved_oxygen: 6.41, oxygen_saturation: 76.3, water_temperature: 24.305 };
    expect(readings[0]).toEqual(measured('2026-11-27T08:00+08:00', { ...values, specific_conductance: 312.4 }));
    expect(readings).toHaveLength(2);
    expect(report.file).toMatchObject({ encoding: 'utf-16le', skipped: 3 });
  });

  it('In-Situ in German: Latin-1, semicolons, decimal commas, points in dates', async () => {
    const { readings } = await (await importerOf())(readFileSync(caseFile('b23-insitu-semicolon/insitu_de.csv')));
    expect(readings).toEqual([
      measured('2026-11-27T08:00+08:00', { dissolved_oxygen: 6.41, water_temperature: 24.3 }),
      measured('2026-11-27T08:15+08:00', { dissolved_oxygen: 6.38, water_temperature: 24.21 }),
    ]);
  });

  it('ThingSpeak: UTC is UTC, and columns that name nothing are mapped by a person', async () => {
    const run = await importerOf();
    const bytes = readFileSync(caseFile('b24-thingspeak-utc/thingspeak_utc.csv'));
    await expect(run(bytes)).rejects.toMatchObject({
      code: 'IMPORT_COLUMN_UNKNOWN',
      message: expect.stringMatching(/created_at, entry_id, field1.*expected are water_temperature, dissolved_oxygen/s),
    });
    const columns = { field1: 'water_temperature', field2: { field: 'dissolved_oxygen', unit: 'mg/L' } };
    const { readings } = await run(bytes, { columns });
    expect(readings[0]).toEqual(
      measured('2026-11-27T08:00+08:00', { water_temperature: 24.3, dissolved_oxygen: 6.41 }),
    );
    await expect(run(bytes, { columns: { fild1: 'ph' } })).rejects.toMatchObject({
      code: 'IMPORT_COLUMN_UNKNOWN',
      message:
        'the file has no column "fild1"; it has created_at, entry_id, field1, field2, latitude, longitude, elevation, status',
    });
  });

  it('a logger that names the zone: the hour that comes twice is two hours, an unknown name is refused', async () => {
    const run = await importerOf();
    const { readings } = await run(readFileSync(caseFile('a14-zone-names-in-csv/dst.csv')));
    expect(readings.map(({ time }) => time)).toEqual(['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z']);
    const { report } = await run('time,do\n2026-11-01 03:30:00 EST,6.1\n2026-11-01 04:30:00 XYZ,6.2\n');
    expect(report.counts).toMatchObject({ rows: 2, new: 1, timeless: 1 });
    expect(report.refusals).toMatchObject([{ code: 'TIME_INVALID', count: 1, rows: [2] }]);
  });

  it('the USGS: comments, tabs, a line of formats, the zone in a column of its own', async () => {
    const text =
      '# agency\n# site 01\nagency_cd\tsite_no\tdatetime\ttz_cd\t00010 °C\n5s\t15s\t20d\t6s\t14n\nUSGS\t01\t2026-11-01 01:30\tEDT\t11.2\nUSGS\t01\t2026-11-01 01:30\tEST\t11.1\n';
    const { readings } = await (await importerOf())(text, { columns: { '00010 °C': 'water_temperature' } });
    expect(readings).toEqual([
      measured('2026-11-01T05:30Z', { water_temperature: 11.2 }),
      measured('2026-11-01T06:30Z', { water_temperature: 11.1 }),
    ]);
  });

  it('Campbell TOA5: four lines above the data, units in the third', async () => {
    const text =
      '"TOA5","CR1000","CR1000","123"\n"TIMESTAMP","RECORD","WaterTemp","DO"\n"TS","RN","Deg F","mg/L"\n"","","Avg","Smp"\n"2026-11-27 08:00:00",0,77,6.4\n"2026-11-27 08:15:00",1,75.2,"NAN"\n';
    const { readings, report } = await (await importerOf())(text, {
      zone: 'UTC',
      columns: { WaterTemp: { field: 'water_temperature', unit: '°F' } },
    });
    expect(readings).toEqual([
      measured('2026-11-27T08:00Z', { water_temperature: 25, dissolved_oxygen: 6.4 }),
      measured('2026-11-27T08:15Z', { water_temperature: 24 }),
    ]);
    expect(report.columns.find(({ column }) => column === 'DO')).toMatchObject({ unit: 'mg/L', unitFrom: 'file' });
  });
});

describe('a header', () => {
  it.each([
    ['溶解氧（毫克/升）', '毫克/升'],
    ['溶解氧/(mg·L-1)', 'mg/L'],
    ['溶解氧mg/L', 'mg/L'],
    ['溶解氧：mg/L', 'mg/L'],
    ['DO conc (mg/L) (617533)', 'mg/L'],
    ['dissolved_oxygen [mg/L]', 'mg/L'],
  ])('%s is oxygen in mg/L', async (header, unit) => {
    const { report } = await (await importerOf())(`time,"${header}"\n2026-11-27 08:00,6.1\n`, {}, true);
    expect(report.columns[1]).toMatchObject({ field: 'dissolved_oxygen', unit, unitFrom: 'file' });
  });

  it('whose unit nobody knows is asked for', async () => {
    const { report } = await (await importerOf())('time,水温(列氏)\n2026-11-27 08:00,20\n', {}, true);
    expect(report.questions[0]?.message).toMatch(/says \(列氏\), which is not a known unit/);
    const fahrenheit = await (await importerOf())('time,水温(华氏度)\n2026-11-27 08:00,68\n');
    expect(fahrenheit.readings[0]?.values.water_temperature).toBe(20);
  });
});

describe('times', () => {
  const timesOf = async (cells: readonly string[], options = {}, header = 'time') => {
    const text = `${header},溶解氧(mg/L)\n${cells.map((cell, index) => `"${cell}",${6 + index / 10}`).join('\n')}\n`;
    const { readings } = await (await importerOf())(text, options);
    return readings.map(({ time }) => time);
  };

  it.each([
    ['2026/11/27 8:05'],
    ['2026年11月27日 8时05分'],
    ['2026/11/27 上午 8:05:00'],
    ['2026-11-27 8:05 AM'],
    ['27-Nov-2026 08:05'],
    ['Nov 27, 2026 8:05:00 AM'],
    ['27.11.2026 08:05'],
    ['11/27/2026 8:05'],
    ['20261127080500'],
    ['2026-11-27T00:05:00Z'],
    ['2026-11-27 00:05:00 GMT'],
    ['2026-11-27 01:05 +01:00'],
    ['1795737900', 'timestamp'],
    ['1795737900000', 'timestamp'],
    ['46353.336805555555', '时间'],
    ['２０２６-11-27 08：05'],
    ['Fri Nov 27 00:05:00 UTC 2026'],
  ])('%s is five past eight in Beijing', async (cell, header = 'time') => {
    expect(await timesOf([cell], {}, header)).toEqual([at('2026-11-27T08:05+08:00')]);
  });

  it('afternoon and the end of a day', async () => {
    expect(await timesOf(['2026/11/26 下午 1:10', '2026/11/26 24:00', '2026/11/27 12:00 AM'])).toEqual(
      ['2026-11-26T13:10+08:00', '2026-11-27T00:00+08:00'].map(at),
    );
  });

  it('of which day and month cannot be told apart are asked for, with both readings', async () => {
    const run = await importerOf();
    const text = 'time,do\n03/04/2026 08:00,6.1\n03/04/2026 08:10,6.2\n';
    await expect(run(text)).rejects.toMatchObject({
      code: 'IMPORT_UNDECIDED',
      message: expect.stringMatching(/03\/04\/2026 08:00 may be 2026-03-04 \(dates=mdy\) or 2026-04-03 \(dates=dmy\)/),
    });
    const { report, readings } = await run(text, {}, true);
    expect(readings).toEqual([]);
    expect(report.questions).toMatchObject([{ option: 'dates', choices: ['mdy', 'dmy'] }]);
    expect((await run(text, { dates: 'dmy' })).readings[0]?.time).toBe(at('2026-04-03T08:00+08:00'));
    // One row tells it for all, however late it comes.
    const rows = Array.from({ length: 3000 }, () => '03/04/2026 08:00,6.1').join('\n');
    expect((await run(`time,do\n${rows}\n25/04/2026 08:00,6\n`, {}, true)).report.time.order).toBe('dmy');
  });

  it('with a year of two digits that may stand first are asked for, too', async () => {
    const { report } = await (await importerOf())('time,do\n26/11/27 08:00,6.1\n', {}, true);
    expect(report.questions).toMatchObject([{ option: 'dates', choices: ['dmy', 'ymd'] }]);
  });

  it('follow the rules of a place, also in the hour that comes twice', async () => {
    const rows = ['2026-10-25 01:30', '2026-10-25 02:30', '2026-10-25 02:30', '2026-10-25 03:30'];
    expect(await timesOf(rows, { zone: 'Europe/Berlin' })).toEqual(
      ['2026-10-24T23:30Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:30Z'].map(at),
    );
    await expect(timesOf(rows, { zone: 'Mars/Olympus' })).rejects.toMatchObject({ code: 'TIME_ZONE_INVALID' });
    await expect(timesOf(rows, { zone: 'CST' })).rejects.toMatchObject({ message: expect.stringContaining('several') });
  });

  it('of a zone whose name means several are asked for it', async () => {
    const run = await importerOf();
    const text = 'time,do\n2026-11-27 08:00:00 CST,6.1\n';
    expect((await run(text, {}, true)).report.questions).toMatchObject([
      { option: 'zone', choices: ['+08:00', '-06:00'] },
    ]);
    expect((await run(text, { zone: '-06:00' })).readings[0]?.time).toBe(at('2026-11-27T14:00Z'));
  });

  it('without a time of day are asked for one', async () => {
    const run = await importerOf();
    const text = '日期,透明度(cm)\n2026-11-26,35\n2026-11-27,38\n';
    expect((await run(text, {}, true)).report.questions).toMatchObject([{ option: 'at' }]);
    expect((await run(text, { at: '08:30' })).readings[1]).toEqual(
      measured('2026-11-27T08:30+08:00', { secchi_depth: 38 }),
    );
  });

  it('are those of the measurement where there is one of the upload, too', async () => {
    const text = 'upload time,measured time,do\n2026-11-27 09:00,2026-11-27 08:00,6.1\n';
    expect((await (await importerOf())(text)).readings[0]?.time).toBe(at('2026-11-27T08:00+08:00'));
  });

  it('without any the file is refused, with its columns', async () => {
    await expect((await importerOf())('a,do\n1,6.1\n2,6.2\n')).rejects.toMatchObject({
      code: 'IMPORT_TIME_UNKNOWN',
      message: expect.stringContaining('Columns: a, do'),
    });
  });
});

describe('numbers', () => {
  const valuesOf = async (cells: readonly string[], options = {}, separator = ',') => {
    const rows = cells.map((cell, index) => [`2026-11-27 08:0${index}`, `"${cell}"`].join(separator));
    const { readings } = await (await importerOf())(`time${separator}turbidity(NTU)\n${rows.join('\n')}\n`, options);
    return readings.map(({ values }) => values.turbidity);
  };

  it('have points or commas, thousands and blanks', async () => {
    expect(await valuesOf(['1,234.5', '6.25', '1,234'])).toEqual([1234.5, 6.25, 1234]);
    expect(await valuesOf(['1.234,5', '6,25', '1.234'], {}, ';')).toEqual([1234.5, 6.25, 1234]);
    expect(await valuesOf(['1 234,5', '6,25'], {}, ';')).toEqual([1234.5, 6.25]);
  });

  it('that may be either are asked for, with both readings', async () => {
    const run = await importerOf();
    const text = 'time;turbidity(NTU)\n2026-11-27 08:00;1,234\n';
    await expect(run(text)).rejects.toMatchObject({
      code: 'IMPORT_UNDECIDED',
      message: expect.stringContaining('1,234 may be 1234 (decimal=.) or 1.234 (decimal=,)'),
    });
    expect((await run(text, { decimal: ',' })).readings[0]?.values.turbidity).toBe(1.234);
  });
});
