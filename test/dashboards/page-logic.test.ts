/** What the page works out by itself: places, joins, gaps, nights, trends, events and files. */
import { expect, test } from 'vitest';
import { nightsBetween, sunOf } from '../../analysis/sun.ts';
import { boundsOf } from '../../dashboards/page/charts/bounds.ts';
import { columnsOf } from '../../dashboards/page/charts/columns.ts';
import { csvOf } from '../../dashboards/page/charts/csv.ts';
import { sitesWithoutData } from '../../dashboards/page/charts/without-data.ts';
import { createEventParser } from '../../dashboards/page/feed/event-stream.ts';
import { joinedRaw, joinedWindows } from '../../dashboards/page/feed/history.ts';
import { mergedRow, withReading } from '../../dashboards/page/feed/latest.ts';
import { resolutionFor } from '../../dashboards/page/feed/resolution.ts';
import { formatRoute, parseRoute } from '../../dashboards/page/feed/route.ts';
import { languageOf } from '../../dashboards/page/language/preferred.ts';
import { areParked } from '../../dashboards/page/map/parked.ts';
import { tilesOver } from '../../dashboards/page/map/tiles.ts';
import { trendPerHour } from '../../dashboards/page/tiles/trend.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const reading = (time: number, values: Record<string, number>) => ({
  park: 'p',
  site: 's',
  device: 'd',
  kind: 'k',
  time,
  receivedAt: time + 1,
  values,
});

test('an address holds the whole place and comes back as it was', () => {
  const place = {
    view: 'site',
    park: 'daoyu',
    site: 'pond-1',
    language: 'en',
    range: '7d',
    window: [1000, 2000],
  } as const;
  expect(parseRoute(formatRoute(place), 'zh')).toEqual(place);
  const filtered = {
    view: 'overview',
    state: 'critical',
    subplatform: 'smart_rice',
    language: 'zh',
    range: '24h',
  } as const;
  expect(parseRoute(formatRoute(filtered), 'en')).toEqual(filtered);
});

test('a broken address falls back to the overview', () => {
  expect(parseRoute('#/site/%E0%A4%A?from=x', 'zh')).toEqual({ view: 'overview', language: 'zh', range: '24h' });
});

test('a reading that was in the history is not drawn a second time', () => {
  expect(
    joinedRaw(
      [
        [1, 5],
        [2, 6],
      ],
      [
        [2, 6],
        [3, 7],
        [3, 7],
      ],
    ),
  ).toEqual([
    [1, 5],
    [2, 6],
    [3, 7],
  ]);
});

test('live readings go on behind the last window, none within it', () => {
  expect(
    joinedWindows(
      [[0, 5]],
      [
        [5, 1],
        [10, 2],
        [10, 2],
        [12, 3],
      ],
      10,
    ),
  ).toEqual([
    [0, 5],
    [10, 2],
    [12, 3],
  ]);
});

test('a late reading changes only the fields that had nothing newer', () => {
  const row = withReading(withReading(undefined, reading(100, { a: 1 })), reading(50, { a: 9, b: 2 }));
  expect(row).toMatchObject({ time: 100, receivedAt: 101, values: { a: 1, b: 2 }, olderFields: { b: 50 } });
});

test('a snapshot fetched late does not undo what came live meanwhile', () => {
  const live = withReading(undefined, reading(200, { a: 7 }));
  expect(mergedRow(live, withReading(undefined, reading(100, { a: 1, b: 3 })))).toMatchObject({
    time: 200,
    values: { a: 7, b: 3 },
    olderFields: { b: 100 },
  });
});

test('a reading stamped ahead of its receipt does not hold back those that follow it', () => {
  const ahead = withReading(undefined, { ...reading(700, { a: 9, b: 8 }), receivedAt: 100 });
  const row = withReading(ahead, { ...reading(200, { a: 5 }), receivedAt: 201 });
  expect(row).toMatchObject({ time: 200, receivedAt: 201, values: { a: 5, b: 8 } });
  expect(withReading(row, { ...reading(700, { a: 9 }), receivedAt: 100 })).toMatchObject({
    time: 200,
    values: { a: 5 },
  });
});

test('the tiles of a base layer are few, cover the view, and are those that other maps would ask for', () => {
  const [northWest, southEast] = [
    { latitude: 31.12, longitude: 107.8 },
    { latitude: 31.02, longitude: 107.95 },
  ];
  const tiles = tilesOver(northWest, southEast, 'https://t.example/{z}/{x}/{y}.png');
  expect(tiles.length).toBeGreaterThan(3);
  expect(tiles.length).toBeLessThanOrEqual(24);
  const bounds = (pick: (tile: (typeof tiles)[number]) => number) => tiles.map(pick);
  expect(Math.max(...bounds((tile) => tile.northWest.latitude))).toBeGreaterThanOrEqual(31.12);
  expect(Math.min(...bounds((tile) => tile.southEast.latitude))).toBeLessThanOrEqual(31.02);
  expect(Math.min(...bounds((tile) => tile.northWest.longitude))).toBeLessThanOrEqual(107.8);
  expect(Math.max(...bounds((tile) => tile.southEast.longitude))).toBeGreaterThanOrEqual(107.95);
  // The whole world is one tile.
  const world = tilesOver({ latitude: 85, longitude: -179.9 }, { latitude: -85, longitude: 179.9 }, '{z}/{x}/{y}');
  expect(world.map(({ url }) => url)).toContain('2/3/1');
});

test('a parked van shows how cold it is before where it stands', () => {
  const van = (speed?: number) => ({ row: { values: speed === undefined ? {} : { speed } } }) as never;
  expect(areParked([van(0), van(2)])).toBe(true);
  expect(areParked([van()])).toBe(true);
  expect(areParked([van(0), van(40)])).toBe(false);
});

test('a comparison names the sites that have no data in the range', () => {
  const at = (site: string) => ({ device: { park: 'p', site }, siteLabel: { zh: `${site} 号塘`, en: `pond ${site}` } });
  const devices = [at('1'), at('2'), at('2'), at('3')];
  expect(sitesWithoutData(devices, [{ device: at('1') }])).toEqual([at('2').siteLabel, at('3').siteLabel]);
  expect(sitesWithoutData([at('1')], [])).toEqual([]);
});

test('no line is drawn across more than three missed points', () => {
  const { values } = columnsOf(
    [
      [
        [0, 1],
        [10, 2],
        [50, 3],
      ],
    ],
    10,
  );
  expect(values).toEqual([[1, 2, null, 3]]);
  expect(
    columnsOf(
      [
        [
          [0, 1],
          [30, 2],
        ],
      ],
      10,
    ).values,
  ).toEqual([[1, 2]]);
});

test.each([
  // PyEphem 4.2.1: 31.08° N, 107.88° E, upper limb, refraction of 34′.
  ['2026-02-12', '07:32:34', '18:33:06'],
  ['2026-03-20', '06:52:49', '18:59:39'],
  ['2026-06-21', '05:45:12', '19:55:15'],
  ['2026-09-23', '06:37:06', '18:44:19'],
  ['2026-11-03', '07:05:05', '17:58:36'],
  ['2026-12-22', '07:42:59', '17:50:48'],
])('on %s the sun of Kaijiang rises at %s and sets at %s, to two minutes', (date, rise, set) => {
  const sun = sunOf(Date.parse(`${date}T00:00:00Z`) / DAY);
  const minutesOff = (time: number, clock: string) => Math.abs(time - Date.parse(`${date}T${clock}+08:00`)) / MINUTE;
  expect(minutesOff(sun.rise, rise)).toBeLessThan(2);
  expect(minutesOff(sun.set, set)).toBeLessThan(2);
});

test('nights are cut to the range', () => {
  const noon = Date.UTC(2026, 5, 21, 4);
  const nights = nightsBetween(noon, noon + 2 * DAY);
  expect(nights).toHaveLength(2);
  // From sunset to sunrise: under ten hours in June, the first one this evening.
  for (const [start, end] of nights) expect((end - start) / MINUTE).toBeCloseTo(9.84 * 60, -1);
  const midnight = noon + 12 * 60 * MINUTE;
  expect(nightsBetween(midnight, midnight + MINUTE)).toEqual([[midnight, midnight + MINUTE]]);
  expect(nightsBetween(noon, noon + 60 * MINUTE)).toEqual([]);
});

test('a trend is the slope of the last hour, and nothing where too little is known', () => {
  const points = [0, 15, 30, 45, 60].map((minute) => [minute * MINUTE, 5 - minute / 60] as const);
  expect(trendPerHour(points, 60 * MINUTE)).toBeCloseTo(-1);
  expect(trendPerHour(points.slice(0, 2), 60 * MINUTE)).toBeUndefined();
});

test("the language is the one of the address, then the one chosen before, then the browser's", () => {
  const browser = 'en-GB';
  expect(languageOf({ search: '?lang=zh', chosen: 'en', browser })).toBe('zh');
  expect(languageOf({ search: '?lang=xx', chosen: 'zh', browser })).toBe('zh');
  expect(languageOf({ search: '', chosen: null, browser })).toBe('en');
  expect(languageOf({ search: '', chosen: null, browser: 'zh-CN' })).toBe('zh');
});

test('events are whole however the bytes are cut', () => {
  const parse = createEventParser();
  const text = ': hello\n\nid: 7\nevent: readings\ndata: {"a":1}\n\nid: 8\n';
  const events = [...text].flatMap((letter) => parse(letter));
  expect(events).toEqual([{ id: '7', event: 'readings', data: '{"a":1}' }]);
});

test('a season is asked for in windows and an hour raw', () => {
  expect(resolutionFor(3_600_000, 20_000, 600)).toEqual({ stepMs: 20_000 });
  expect(resolutionFor(120 * DAY, 20_000, 600).every).toBe('6h');
});

test('a file carries Beijing time and nothing that a spreadsheet would run', () => {
  expect(csvOf([0, 60], [{ title: '=cmd', values: [1.5, null] }])).toBe(
    "time,'=cmd\r\n1970-01-01T08:00:00.000+08:00,1.5\r\n",
  );
});

test('means of one and the same value, which differ in their last bits, lie level in the middle of their axis', () => {
  const [low, high] = boundsOf([13.6, 13.600000000000001]);
  expect(low).toBeLessThan(13.5);
  expect(high).toBeGreaterThan(13.7);
});
