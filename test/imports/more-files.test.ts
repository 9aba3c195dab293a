/** Thirty more files as loggers, services and offices write them: encoding, layout, time, zone, numbers, and what stands around the table. */
import { describe, expect, it } from 'vitest';
import type { ImportOptions } from '../../imports/options.ts';
import { type TestCell, workbookOf } from '../tables/workbook.ts';
import { gbk, utf16 } from './encodings.ts';
import { importerOf } from './importing.ts';

type Taken = readonly [time: string, values: Readonly<Record<string, number>>];

interface File {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly kind?: string;
  readonly options?: ImportOptions;
  /** Each reading that comes of it, with Beijing time where no zone is written. */
  readonly taken: readonly Taken[];
  /** Rows that come to nothing, by outcome. */
  readonly counts?: Readonly<Record<string, number>>;
}

const DO = 'dissolved_oxygen';
const WT = 'water_temperature';
const two = (first: string, second: string, one = 6.41, other = 6.38): readonly Taken[] => [
  [first, { [DO]: one }],
  [second, { [DO]: other }],
];
const MORNING = two('2026-11-27T08:00+08:00', '2026-11-27T08:10+08:00');
const lines = (...all: readonly string[]) => `${all.join('\r\n')}\r\n`;

const FILES: readonly File[] = [
  {
    name: 'Excel "Unicode text": UTF-16 with its mark, tabs',
    content: utf16(lines('时间\t溶解氧(mg/L)', '2026/11/27 8:00\t6.41', '2026/11/27 8:10\t6.38')),
    taken: MORNING,
  },
  {
    name: 'UTF-16 big-endian without a mark, semicolons and decimal commas',
    content: utf16(lines('time;do (mg/L)', '27.11.2026 08:00;6,41', '27.11.2026 08:10;6,38'), {
      isBig: true,
      bom: false,
    }),
    taken: MORNING,
  },
  {
    name: 'an instrument in GBK with a preamble, full-width brackets and a footer',
    content: gbk(
      lines(
        ...[
          '3号塘水质监测记录表',
          '仪器型号：LDO-3,,',
          '',
          '序号,监测时间,溶解氧（毫克/升）',
          '1,2026年11月27日 8时00分,6.41',
        ],
        ...['2,2026年11月27日 8时10分,6.38', '平均,,6.395', '制表人：李,,审核：王'],
      ),
    ),
    taken: MORNING,
    counts: { remarks: 2 },
  },
  {
    name: 'old Mac: lines end with a carriage return alone',
    content: 'time,do (mg/L)\r2026-11-27 08:00,6.41\r2026-11-27 08:10,6.38\r',
    taken: MORNING,
  },
  {
    name: 'a header broken inside its cell, and "sep=;"',
    content: '\ufeffsep=;\r\n"时间";"溶解氧\n(mg/L)"\r\n2026-11-27 08:00;6,41\r\n2026-11-27 08:10;6,38\r\n',
    taken: MORNING,
  },
  {
    name: 'miniDOT: epoch, UTC and a local time beside each other, units below',
    content: lines(
      ...['MiniDOT Logger Concatenated Data File', 'Sensor: 7392-123456', 'Saturation computed at 0 PSU', ''],
      ...[
        'Unix Timestamp,UTC_Date_&_Time,Pacific Standard Time,Battery,Temperature,Dissolved Oxygen,Dissolved Oxygen Saturation,Q',
      ],
      ...['(Second),(none),(none),(Volt),(deg C),(mg/l),(%),(none)'],
      ...['1795737600,2026-11-27 00:00:00,2026-11-26 16:00:00,3.41,24.3,6.41,76.3,0.9'],
      ...['1795738200,2026-11-27 00:10:00,2026-11-26 16:10:00,3.41,24.2,6.38,75.9,0.9'],
    ),
    options: { columns: { Battery: null } },
    taken: MORNING,
  },
  {
    name: 'HOBOconnect: the zone is a pair of names, with winter and summer',
    content: lines(
      '#,"Date-Time (EST/EDT)","DO conc, mg/L"',
      '1,07/15/2026 08:00:00,6.41',
      '2,11/15/2026 08:00:00,6.38',
    ),
    taken: two('2026-07-15T12:00Z', '2026-11-15T13:00Z'),
  },
  {
    name: 'a logger in Spain: ordinal signs for degrees, "a. m." with a hard blank',
    content: Buffer.from(
      lines(
        'Fecha y hora;OD (mg/L);Temperatura (ºC)',
        '27/11/2026 8:00:00 a.\u00a0m.;6,41;24,3',
        '27/11/2026 1:10:00 p.\u00a0m.;6,38;25,2',
      ),
      'latin1',
    ),
    options: { columns: { 'OD (mg/L)': DO, 'Temperatura (ºC)': WT } },
    taken: [
      ['2026-11-27T08:00+08:00', { [DO]: 6.41, [WT]: 24.3 }],
      ['2026-11-27T13:10+08:00', { [DO]: 6.38, [WT]: 25.2 }],
    ],
  },
  {
    name: 'date and clock apart, AM and PM in the clock',
    content: lines('Date,Time,DO (mg/L)', '11/27/2026,08:00:00 AM,6.41', '11/27/2026,01:10:00 PM,6.38'),
    taken: two('2026-11-27T08:00+08:00', '2026-11-27T13:10+08:00'),
  },
  {
    name: 'date and clock apart as bare digits, the zero in front lost',
    content: lines('日期,时间,溶解氧(mg/L)', '20261127,805,6.41', '20261127,1310,6.38'),
    taken: two('2026-11-27T08:05+08:00', '2026-11-27T13:10+08:00'),
  },
  {
    name: 'a date that stands once for the rows of its day, as a merged cell',
    content: lines(
      ...[
        '日期,时间,溶解氧(mg/L)',
        '2026-11-26,06:00,5.2',
        ',14:00,8.1',
        ',22:00,6.4',
        '2026-11-27,06:00,5.4',
        ',14:00,8.3',
      ],
    ),
    taken: [
      ['2026-11-26T06:00+08:00', { [DO]: 5.2 }],
      ['2026-11-26T14:00+08:00', { [DO]: 8.1 }],
      ['2026-11-26T22:00+08:00', { [DO]: 6.4 }],
      ['2026-11-27T06:00+08:00', { [DO]: 5.4 }],
      ['2026-11-27T14:00+08:00', { [DO]: 8.3 }],
    ],
  },
  {
    name: 'a weather service: year, month, day and hour in columns of their own',
    kind: 'weather_station',
    content: lines('站号,年,月,日,时,气温(℃)', '58457,2026,11,27,8,12.1', '58457,2026,11,27,9,12.6'),
    taken: [
      ['2026-11-27T08:00+08:00', { air_temperature: 12.1 }],
      ['2026-11-27T09:00+08:00', { air_temperature: 12.6 }],
    ],
  },
  {
    name: 'a date, and the hour as a number',
    content: lines('日期,时次,溶解氧(mg/L)', '2026/11/26,20,6.41', '2026/11/26,24,6.38'),
    taken: two('2026-11-26T20:00+08:00', '2026-11-27T00:00+08:00'),
  },
  {
    name: 'o’clock in words',
    content: lines('时间,溶解氧(mg/L)', '2026年11月27日上午8点,6.41', '2026年11月27日下午1点10分,6.38'),
    taken: two('2026-11-27T08:00+08:00', '2026-11-27T13:10+08:00'),
  },
  {
    name: 'InfluxDB: nanoseconds',
    content: lines('name,time,dissolved_oxygen', 'pond,1795737600000000000,6.41', 'pond,1795738200000000000,6.38'),
    taken: MORNING,
  },
  {
    name: 'microseconds, and a local time beside them that says no zone',
    content: lines(
      'local time,timestamp_us,dissolved_oxygen',
      '2026-11-26 16:00:00,1795737600000000,6.41',
      '2026-11-26 16:10:00,1795738200000000,6.38',
    ),
    taken: MORNING,
  },
  {
    name: 'epochs with a fraction',
    content: lines('epoch,do (mg/L)', '1795737600.0,6.41', '1795738200.0,6.38'),
    taken: MORNING,
  },
  {
    name: 'Java: offset and place behind the time',
    content: lines(
      'timestamp,do (mg/L)',
      '2026-11-27T08:00+08:00[Asia/Shanghai],6.41',
      '2026-11-27T08:10+08:00[Asia/Shanghai],6.38',
    ),
    taken: MORNING,
  },
  {
    name: 'the place behind the time alone',
    content: lines('time,do (mg/L)', '2026-07-01 02:00 Europe/Berlin,6.41', '2026-11-27 01:00 Europe/Berlin,6.38'),
    taken: two('2026-07-01T00:00Z', '2026-11-27T00:00Z'),
  },
  {
    name: 'time_utc',
    content: lines('time_utc,do (mg/L)', '2026-11-27 00:00:00,6.41', '2026-11-27 00:10:00,6.38'),
    taken: MORNING,
  },
  {
    name: 'the zone above the table, as a Chinese office names it',
    content: lines(
      '时区：东八区,',
      '导出时间,2026-11-28 09:00',
      '',
      '时间,溶解氧(mg/L)',
      '2026/11/27 8:00,6.41',
      '2026/11/27 8:10,6.38',
    ),
    taken: MORNING,
  },
  {
    name: 'day and month told apart by the header alone',
    content: lines('Date (DD/MM/YYYY),Time,DO (mg/L)', '03/04/2026,08:00,6.41', '03/04/2026,08:10,6.38'),
    taken: two('2026-04-03T08:00+08:00', '2026-04-03T08:10+08:00'),
  },
  {
    name: 'Swiss thousands, and a unit in the cell',
    content: lines('time;turbidity', "2026-11-27 08:00;1'234.5 NTU", '2026-11-27 08:10;6.25 NTU'),
    taken: [
      ['2026-11-27T08:00+08:00', { turbidity: 1234.5 }],
      ['2026-11-27T08:10+08:00', { turbidity: 6.25 }],
    ],
  },
  {
    name: 'a decimal comma with the unit in the cell',
    kind: 'cold_chain',
    content: lines('Zeit;Temperatur', '27.11.2026 08:00:00;-18,5 °C', '27.11.2026 08:10:00;-18,4 °C'),
    taken: [
      ['2026-11-27T08:00+08:00', { air_temperature: -18.5 }],
      ['2026-11-27T08:10+08:00', { air_temperature: -18.4 }],
    ],
  },
  {
    name: 'cells of Excel that failed, and what people write for nothing',
    content: lines(
      ...[
        '时间,溶解氧(mg/L),水温(℃)',
        '2026/11/27 8:00,6.41,#DIV/0!',
        '2026/11/27 8:10,6.38,/',
        '2026/11/27 8:20,#N/A,未测',
        '2026/11/27 8:30,缺测,—',
      ],
    ),
    taken: MORNING,
    counts: { empty: 2 },
  },
  {
    name: 'pages glued together: the header again, daily sums between',
    content: lines(
      ...['time,DO (mg/L),Temp (°C)', '2026-11-27 08:00,6.41,', '2026-11-27 08:10,6.38,', '2026-11-27 08:20,6.4,'],
      ...['Average,6.4,', 'time,DO (mg/L),Temp (°C)', '2026-11-27 08:30,6.39,', 'End of file,,'],
    ),
    taken: [...MORNING, ...two('2026-11-27T08:20+08:00', '2026-11-27T08:30+08:00', 6.4, 6.39)],
    counts: { remarks: 3 },
  },
  {
    name: 'the unit in the line below a merged name: mg/L and % of one probe',
    content: lines('时间,溶解氧,,水温', ',mg/L,%,℃', '2026-11-27 08:00,6.41,76.3,24.3'),
    taken: [['2026-11-27T08:00+08:00', { [DO]: 6.41, oxygen_saturation: 76.3, [WT]: 24.3 }]],
  },
  {
    name: 'two depths under merged names: one is left out, the other taken',
    content: lines(
      ...[
        '时间,表层,,,底层,,',
        ',溶解氧(mg/L),水温(℃),pH,溶解氧(mg/L),水温(℃),pH',
        '2026-11-27 08:00,8.2,25.1,8.4,6.41,24.3,7.9',
      ],
    ),
    options: { columns: { '表层 / 溶解氧(mg/L)': null, '表层 / 水温(℃)': null, '表层 / pH': null } },
    taken: [['2026-11-27T08:00+08:00', { [DO]: 6.41, [WT]: 24.3, ph: 7.9 }]],
  },
  {
    name: 'several ponds in one file: the rows of one are taken',
    content: lines(
      ...[
        '塘号,时间,溶解氧(mg/L)',
        'A1,2026-11-27 08:00,6.41',
        'B2,2026-11-27 08:00,4.2',
        'A1,2026-11-27 08:10,6.38',
        'B2,2026-11-27 08:10,4.1',
      ],
    ),
    options: { rows: { 塘号: 'A1' } },
    taken: MORNING,
    counts: { others: 2 },
  },
  {
    name: 'no header at all: columns by their number',
    content: lines('2026-11-27 08:00:00,6.41,x', '2026-11-27 08:10:00,6.38,y', '2026-11-27 08:20:00,,z'),
    options: { columns: { 'column 2': { field: DO, unit: 'mg/L' } } },
    taken: MORNING,
    counts: { empty: 1 },
  },
];

const at = (text: string) => new Date(text).toISOString();

describe('a file', () => {
  it.each(FILES.map((file) => [file.name, file] as const))(
    '%s',
    async (_, { content, kind, options, taken, counts }) => {
      const { report, readings } = await (await importerOf(kind))(content, options);
      expect(readings).toEqual(
        taken.map(([time, values]) => ({ time: at(time), values: expect.objectContaining(values) })),
      );
      const { rows, new: fresh, ...rest } = report.counts;
      expect(fresh).toBe(taken.length);
      expect(Object.fromEntries(Object.entries(rest).filter(([, count]) => count > 0))).toEqual(counts ?? {});
      expect(Object.values(rest).reduce((sum, count) => sum + count, fresh)).toBe(rows);
    },
  );

  it.each([
    [
      'a zone in the header that means several',
      'Date-Time (CST),do (mg/L)\n2026-11-27 08:00,6.1\n',
      'zone',
      ['+08:00', '-06:00'],
    ],
    [
      'a zone in the header that nobody knows',
      'Time (XQT),do (mg/L)\n2026-11-27 08:00,6.1\n',
      'zone',
      ['+08:00', 'UTC'],
    ],
    [
      'a zone above the table that means several',
      'Time Zone: CST,\ntime,do (mg/L)\n2026-11-27 08:00,6.1\n',
      'zone',
      ['+08:00', '-06:00'],
    ],
    [
      'the rows of several devices',
      `设备编号,时间,溶解氧(mg/L)\n${['A,08:00', 'B,08:00', 'A,08:10', 'B,08:10', 'A,08:20'].map((text) => `${text.replace(',', ',2026-11-27 ')},6.1\n`).join('')}`,
      'rows',
      ['A', 'B'],
    ],
    [
      'two depths under merged names',
      '时间,表层,底层\n,溶解氧(mg/L),溶解氧(mg/L)\n2026-11-27 08:00,8.2,6.41\n',
      'columns',
      ['表层 / 溶解氧(mg/L)=', '底层 / 溶解氧(mg/L)='],
    ],
    ['day and month in dashes', 'time,do (mg/L)\n03-04-2026 08:00,6.1\n', 'dates', ['mdy', 'dmy']],
  ])('asks: %s', async (_, content, option, choices) => {
    const { report, readings } = await (await importerOf())(content, {}, true);
    expect(report.questions).toMatchObject([{ option, choices }]);
    expect(readings).toEqual([]);
  });

  it.each([
    ['epochs that Excel has rounded', 'timestamp,do (mg/L)\n1.79574E+12,6.1\n1.79574E+12,6.2\n'],
    ['clocks without a date', 'time,do (mg/L)\n08:00,6.1\n08:10,6.2\n'],
    ['dates too wide for their column', '时间,溶解氧(mg/L)\n########,6.1\n########,6.2\n'],
  ])('refuses: %s', async (_, content) => {
    await expect((await importerOf())(content)).rejects.toMatchObject({ code: 'IMPORT_TIME_UNKNOWN' });
  });
});

describe('a workbook', () => {
  const table: readonly (readonly TestCell[])[] = [
    ['时间', '溶解氧(mg/L)'],
    [{ date: 46_353 + 8 / 24 }, 6.41],
    ['2026/11/27 8:10', ' 6.38 '],
  ];

  it('with a cover is read where the table is; times and numbers may be texts', async () => {
    const { report, readings } = await (await importerOf())(await workbookOf({ 封面: [['水质年报']], 数据: table }));
    expect(report.file.sheet).toBe('数据');
    expect(readings.map(({ time, values }) => [time, values[DO]])).toEqual(
      MORNING.map(([time, values]) => [at(time), values[DO]]),
    );
  });

  it('never gives what is on a hidden sheet', async () => {
    const hidden = `<workbook xmlns:r="http://r"><sheets><sheet name="旧" sheetId="1" state="hidden" r:id="rId1"/><sheet name="密" sheetId="2" state="veryHidden" r:id="rId2"/><sheet name="新" sheetId="3" r:id="rId3"/></sheets></workbook>`;
    const old: readonly (readonly TestCell[])[] = [
      ['时间', '溶解氧(mg/L)'],
      [{ date: 46_353 }, 1.1],
    ];
    const file = await workbookOf({ 旧: old, 密: old, 新: table }, { more: { 'xl/workbook.xml': hidden } });
    const { report } = await (await importerOf())(file);
    expect(report.file).toMatchObject({ sheet: '新', sheets: ['新'] });
    expect(report.counts).toMatchObject({ rows: 2, new: 2 });
  });

  it('with merged headers and merged dates reads as it looks', async () => {
    const file = await workbookOf({
      a: [
        ['1号塘水质记录', null, null, null],
        ['日期', '时间', '溶解氧', null],
        [null, null, '(mg/L)', '(%)'],
        [{ date: 46_352, style: 2 }, { date: 0.25, style: 3 }, 5.2, 61],
        [null, { date: 14 / 24, style: 3 }, 8.1, 101],
        ['合计', null, 13.3, null],
      ],
    });
    const { report, readings } = await (await importerOf())(file);
    expect(readings).toMatchObject([
      { time: at('2026-11-26T06:00+08:00'), values: { [DO]: 5.2, oxygen_saturation: 61 } },
      { time: at('2026-11-26T14:00+08:00'), values: { [DO]: 8.1, oxygen_saturation: 101 } },
    ]);
    expect(report.counts).toMatchObject({ rows: 3, new: 2, remarks: 1 });
  });
});
