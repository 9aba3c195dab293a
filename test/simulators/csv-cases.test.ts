/** Files as loggers and spreadsheets write them, and the readings that come of them. The inputs are in test/data/cases. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRefusalCount, summaryOf } from '../../cli/replay-summary.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { replayFile, requireColumns, surveyFile } from '../../simulators/replay.ts';
import { columnOf, keysOf } from '../../tables/csv-column.ts';
import { parseLocalTime } from '../../tables/local-time.ts';

const kinds = await loadKinds();
const BEIJING = 480;

async function replay(name: string, kindName = 'aquaculture_pond') {
  const file = fileURLToPath(new URL(`../data/cases/${name}`, import.meta.url));
  const survey = await surveyFile({ file, offsetMinutes: BEIJING });
  const { columns: headers, timeColumn, offsetMinutes, dateOrder } = survey;
  const keys = keysOf(headers);
  const columns = Object.fromEntries(
    headers
      .filter((header) => header !== timeColumn && header !== '#')
      .map((header) => [header, keys.get(header)?.name ?? header]),
  );
  const kind = kinds.get(kindName);
  if (kind === undefined) throw new Error(`no kind ${kindName}`);
  const device = { park: 'tianyu', id: 'probe', site: 'pond', kind: kindName };
  const found: { readonly time: string; readonly values: Readonly<Record<string, number>> }[] = [];
  const refusals = createRefusalCount();
  const progress = await replayFile({
    ...{
      file,
      timeColumn,
      offsetMinutes,
      dateOrder,
      columns,
      shiftMs: 0,
      batchSize: 200,
      signal: new AbortController().signal,
    },
    publish: async (payload) => {
      const { readings, told } = tryMapping({
        device,
        kind,
        mapping: undefined,
        payload: Buffer.from(payload),
        receivedAt: Date.UTC(2026, 10, 28),
      });
      for (const { time, values } of readings) found.push({ time: new Date(time).toISOString(), values });
      for (const reason of told) refusals.note(JSON.stringify(reason));
    },
  });
  return { survey, found, progress, refusals, columns, file };
}

describe('a file of', () => {
  it('Excel in Chinese: GBK or UTF-8, dates with slashes, units in the header', async () => {
    const wanted = [
      { time: '2026-11-27T00:00:00.000Z', values: { air_temperature: -18.5, air_humidity: 83 } },
      { time: '2026-11-27T00:05:00.000Z', values: { air_temperature: -18.4, air_humidity: 82 } },
    ];
    expect((await replay('a15-csv-gbk-excel/coldstore_gbk.csv', 'cold_chain')).found).toEqual(wanted);
    expect((await replay('a16-csv-slashes/coldstore_utf8.csv', 'cold_chain')).found).toEqual(wanted);
  });

  it('HOBO: a title above the header, AM and PM, the zone in the header', async () => {
    const { found } = await replay('b19-hobo/hobo_u26.csv');
    expect(found).toMatchObject([
      { time: '2026-11-27T00:00:00.000Z', values: { dissolved_oxygen: 6.41, water_temperature: 24.3 } },
      { time: '2026-11-27T00:10:00.000Z', values: { dissolved_oxygen: 6.38, water_temperature: 24.21 } },
      { time: '2026-11-27T05:10:00.000Z', values: { dissolved_oxygen: 7.38, water_temperature: 25.21 } },
    ]);
  });

  it('KorEXO: UTF-16, a preamble, date and time in two columns', async () => {
    const { found } = await replay('b21-exo-utf16/exo_utf16.csv');
    expect(found).toMatchObject([
      {
        time: '2026-11-27T00:00:00.000Z',
        values: {
          dissolved_oxygen: 6.41,
          oxygen_saturation: 76.3,
          water_temperature: 24.305,
          specific_conductance: 312.4,
        },
      },
      {
        time: '2026-11-27T00:15:00.000Z',
        values: {
          dissolved_oxygen: 6.38,
          oxygen_saturation: 75.9,
          water_temperature: 24.251,
          specific_conductance: 312.9,
        },
      },
    ]);
  });

  it('In-Situ in German: Latin-1, semicolons, decimal commas, points in dates', async () => {
    expect((await replay('b23-insitu-semicolon/insitu_de.csv')).found).toMatchObject([
      { time: '2026-11-27T00:00:00.000Z', values: { dissolved_oxygen: 6.41, water_temperature: 24.3 } },
      { time: '2026-11-27T00:15:00.000Z', values: { dissolved_oxygen: 6.38, water_temperature: 24.21 } },
    ]);
  });

  it('ThingSpeak: UTC is UTC', async () => {
    const { survey } = await replay('b24-thingspeak-utc/thingspeak_utc.csv');
    expect(survey.newest).toBe(Date.UTC(2026, 10, 27, 0, 5));
  });

  it('a logger that names the zone: the hour that comes twice is two hours', async () => {
    expect((await replay('a14-zone-names-in-csv/dst.csv')).found.map(({ time }) => time)).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T06:30:00.000Z',
    ]);
    expect(parseLocalTime('2026-11-01 01:30:00 XYZ', BEIJING)).toBeUndefined();
    expect(parseLocalTime('2026-11-01 08:30:00 CST', BEIJING)).toBe(Date.UTC(2026, 10, 1, 0, 30));
    expect(parseLocalTime('2026-11-01 08:30:00 CST', 0)).toBeUndefined();
  });
});

it('day and month are told apart by the file, or not at all', () => {
  expect(parseLocalTime('03/04/2026 08:00', BEIJING)).toBeUndefined();
  expect(parseLocalTime('03/04/2026 08:00', BEIJING, 'dmy')).toBe(Date.UTC(2026, 3, 3));
  expect(parseLocalTime('03/14/2026 08:00', BEIJING)).toBe(Date.UTC(2026, 2, 14));
});

it('a header says name and unit', () => {
  expect(columnOf('DO conc, mg/L (LGR S/N: 1111, SEN S/N: 1111)')).toEqual({ name: 'DO conc', unit: 'mg/L' });
  expect(columnOf('SpCond µS/cm')).toEqual({ name: 'SpCond', unit: 'µS/cm' });
  expect(columnOf('Sensor V')).toEqual({ name: 'Sensor V' });
  expect(columnOf('do')).toEqual({ name: 'do' });
});

describe('what is said at the end', () => {
  const said = async (name: string) => {
    const { progress, refusals, columns } = await replay(name);
    return summaryOf(progress, refusals, Object.values(columns), false);
  };

  it('counts what was refused of all rows, by reason', async () => {
    const { text, isComplete } = await said('b28-replay-summary/sentinel.csv');
    expect(text).toMatch(/^59 readings acknowledged, 0 rows without a readable time.*\n29 values refused in 59 rows:/);
    expect(text).toMatch(/VALUE_SENTINEL dissolved_oxygen/);
    expect(isComplete).toBe(false);
  });

  it('begins with the failure where nothing was taken', async () => {
    const { text, isComplete } = await said('b29-replay-nothing-taken/nohit.csv');
    expect(text).toMatch(/^nothing of 59 rows was accepted: the columns sent were wert; use field names/);
    expect(isComplete).toBe(false);
  });

  it('names the columns there are when one is misspelt, before anything is sent', async () => {
    const { file, survey } = await replay('b30-replay-hangs/thingspeak_utc.csv');
    expect(() => requireColumns({ file, timeColumn: 'created_at', columns: { fild1: 'ph' } }, survey.columns)).toThrow(
      /no column fild1; it has created_at, entry_id, field1/,
    );
  });
});
