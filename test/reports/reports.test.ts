/** Reports over the real API: numbers, what is unknown, links, languages, evidence. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ReportAnswer, ReportLink } from '../../api/report-schemas.ts';
import { addEvent, bearer, NOW, runApi } from '../api/running-api.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 2026-07-19, the day before now. */
const YESTERDAY = Date.parse('2026-07-19T00:00:00+08:00');

/** Each five minutes of yesterday: 6 mg/L, from 03:00 to 05:00 2 mg/L; silent from 18:00 to 21:00. */
const pond = Array.from({ length: 288 }, (_, index) => index * 5).flatMap((minute) => {
  if (minute > 1080 && minute < 1260) return [];
  const isLow = minute >= 180 && minute <= 300;
  return [{ time: YESTERDAY + minute * MINUTE, values: { dissolved_oxygen: isLow ? 2 : 6, water_temperature: 28 } }];
});

const factOf = (report: ReportAnswer, section: string, name: string) =>
  report.sections.find((each) => each.name === section)?.facts?.find((fact) => fact.name === name)?.cell;
const rowsOf = (report: ReportAnswer, section: string) =>
  report.sections.find((each) => each.name === section)?.table?.rows ?? [];

describe('the daily sheet', () => {
  it('has a line a site and field: extremes with their times, minutes outside, unknown minutes apart', async () => {
    const { get, write, options } = await runApi();
    await options.registry.setProfile({
      ...{ name: 'crab_pond', version: 0, author: 'the tests', kinds: ['aquaculture_pond'] },
      ...{ label: { zh: '蟹塘', en: 'crab pond' } },
      bands: [{ field: 'dissolved_oxygen', warnBelow: 4, criticalBelow: 1, source: 'the tests' }],
    });
    await write(pond);
    await addEvent(options, { kind: 'feeding', at: YESTERDAY + 8 * HOUR, values: { kg: 12.5 } });
    const report = (await get('/api/v1/reports?report=daily&park=tianyu')).json<ReportAnswer>();
    expect([report.from, report.to]).toEqual([YESTERDAY, YESTERDAY + DAY]);
    const [oxygen] = rowsOf(report, 'sites');
    expect(oxygen?.min).toMatchObject({ value: 2, unit: 'mg/L', isIncomplete: true });
    expect(oxygen?.min?.link).toEqual({ park: 'tianyu', site: 'pond-1', from: YESTERDAY, to: YESTERDAY + DAY });
    expect(oxygen?.minAt?.time).toBe(YESTERDAY + 3 * HOUR);
    // Below 4 for 2 h and half of the five minutes before and after.
    expect(oxygen?.warning).toMatchObject({ value: expect.closeTo(125, 6), state: 'warning' });
    expect(oxygen?.critical?.value).toBe(0);
    // Silent from 18:00 to 21:00, and unknown after the last reading of the day at 23:55.
    expect(oxygen?.unknown?.value).toBeCloseTo(185, 6);
    expect(rowsOf(report, 'events')[0]).toMatchObject({
      kind: { text: { en: 'feeding' } },
      values: { text: { en: '12.5 kg' } },
    });
    expect(rowsOf(report, 'service').map(({ device }) => device?.text)).toHaveLength(1);
    expect(factOf(report, 'ledger', 'received')?.value).toBe(3);
  });

  it('is a page in both languages that names its period, links its numbers and has no script', async () => {
    const { get, write } = await runApi();
    await write(pond);
    for (const [lang, title, period] of [
      ['zh', '园区日报', '时段 2026-07-19'],
      ['en', 'daily sheet', 'Period 2026-07-19'],
    ] as const) {
      const { body, headers } = await get(`/api/v1/reports?report=daily&park=tianyu&format=html&lang=${lang}`);
      expect(headers['content-type']).toContain('text/html');
      expect(body).toContain(title);
      expect(body).toContain(period);
      expect(body).toContain(`href="/#/site/tianyu/pond-1?from=${YESTERDAY}&amp;to=${YESTERDAY + DAY}`);
      expect(body).not.toContain('<script');
    }
  });

  it('opens by a link without signing in, in its language, until it ends; a changed link opens nothing', async () => {
    let now = NOW;
    const { send, get, write } = await runApi({ clock: () => now });
    await write(pond);
    const made = await send({
      ...{ method: 'POST', url: '/api/v1/reports/links', headers: bearer },
      payload: { report: 'daily', park: 'tianyu', at: YESTERDAY + HOUR, lang: 'en', days: 1 },
    });
    expect(made.statusCode).toBe(201);
    const path = new URL(made.json<ReportLink>().link).pathname;
    const opened = await get(path, {});
    expect([opened.statusCode, opened.body.includes('daily sheet')]).toEqual([200, true]);
    expect((await get(`${path.slice(0, -2)}xx`, {})).statusCode).toBe(410);
    expect((await get(path.replace('/r/', '/r/eyJ'), {})).statusCode).toBe(410);
    now += DAY;
    expect((await get(path, {})).statusCode).toBe(410);
  });
});

describe('the weekly comparison', () => {
  it('puts a change beside each mean only where both weeks are covered', async () => {
    const { get, write } = await runApi();
    const week = Date.parse('2026-07-06T00:00:00+08:00');
    await write(
      Array.from({ length: 14 * 288 }, (_, index) => ({
        time: week + index * 5 * MINUTE,
        values: { dissolved_oxygen: index < 7 * 288 ? 6 : 6.5 },
      })),
    );
    const change = async (at: number) => {
      const report = (await get(`/api/v1/reports?report=weekly&park=tianyu&at=${at}`)).json<ReportAnswer>();
      return rowsOf(report, 'aquaculture_pond.dissolved_oxygen')[0]?.change?.value;
    };
    expect(await change(week + 8 * DAY)).toBeCloseTo(0.5, 9);
    expect(await change(week + DAY)).toBeUndefined();
  });
});

describe('the season report', () => {
  it('adds up what was logged and the derived figures, from stocking on', async () => {
    const { get, write, options } = await runApi();
    await write(pond);
    await addEvent(options, { kind: 'stocking', at: YESTERDAY - DAY, values: { count: 4000 } });
    await addEvent(options, { kind: 'feeding', at: YESTERDAY, values: { kg: 12.5 } });
    await addEvent(options, { kind: 'feeding', at: YESTERDAY + HOUR, values: { kg: 10 } });
    const report = (await get('/api/v1/reports?report=season&park=tianyu&site=pond-1')).json<ReportAnswer>();
    expect([report.from, report.to]).toEqual([YESTERDAY - DAY, NOW]);
    expect(factOf(report, 'summary', 'days')?.value).toBe(3);
    expect(factOf(report, 'summary', 'feed')?.value).toBe(22.5);
    expect(factOf(report, 'summary', 'harvest')?.value).toBeUndefined();
    const lowest = rowsOf(report, 'figures').find(({ figure }) => figure?.text?.en === 'dawn minimum of oxygen');
    expect(lowest?.value).toMatchObject({ value: 2, isIncomplete: true });
  });

  it('is refused for a site without a season', async () => {
    const { get } = await runApi();
    const refused = await get('/api/v1/reports?report=season&park=tianyu&site=pond-1');
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'REPORT_IMPOSSIBLE']);
  });
});

describe('the trip report', () => {
  async function trip(readings: readonly { minute: number; air: number }[], calibratedDaysAgo?: number) {
    const api = await runApi();
    const { registry } = api.options;
    const label = { zh: '冷藏车', en: 'truck' };
    await registry.addSite({ park: 'tianyu', site: 'truck-1', label, type: 'vehicle' });
    await registry.setProfile({
      ...{ name: 'chilled', version: 0, author: 'the tests', kinds: ['cold_chain'], label },
      bands: [{ field: 'air_temperature', warnBelow: -1, warnAbove: 4, criticalAbove: 7, source: 'the tests' }],
    });
    await registry.setSite('tianyu', 'truck-1', { profile: 'chilled' });
    await registry.addDevice({ park: 'tianyu', site: 'truck-1', device: 'box', label, kind: 'cold_chain' }, 'x');
    await api.write(
      readings.map(({ minute, air }) => ({
        ...{ site: 'truck-1', device: 'box', kind: 'cold_chain', time: NOW - 6 * HOUR + minute * MINUTE },
        values: { air_temperature: air },
      })),
    );
    if (calibratedDaysAgo !== undefined)
      await addEvent(api.options, {
        ...{ kind: 'calibration', site: 'truck-1', device: 'box', at: NOW - calibratedDaysAgo * DAY },
        values: { standard: 0, reading: 0.1, field: 'air_temperature', instrument: 'T-0417' },
      });
    const url = `/api/v1/reports?report=trip&park=tianyu&device=box&from=${NOW - 6 * HOUR}&to=${NOW}`;
    return { ...api, url, report: (await api.get(url)).json<ReportAnswer>() };
  }
  const every = (minutes: number, airAt: (minute: number) => number) =>
    Array.from({ length: minutes / 5 + 1 }, (_, index) => ({ minute: index * 5, air: airAt(index * 5) }));
  const air = (report: ReportAnswer, name: string) => factOf(report, 'air_temperature', name);

  it('lists each excursion by the limits in force, which it names with their version', async () => {
    const { report } = await trip(
      every(360, (minute) => 2 + 6 * Math.max(0, 1 - Math.abs(minute - 120) / 60)),
      100,
    );
    expect(air(report, 'verdict')).toMatchObject({ text: { en: 'critical excursions' }, state: 'critical' });
    expect(air(report, 'profile')?.text?.en).toBe('chilled v1');
    expect(air(report, 'outside')?.value).toBeCloseTo(80, 6);
    expect(air(report, 'unknown')?.value).toBeCloseTo(0, 6);
    const [only, ...others] = rowsOf(report, 'air_temperature');
    expect(others).toEqual([]);
    expect(only?.minutes?.value).toBeCloseTo(80, 6);
    expect(only?.peak?.value).toBe(8);
    expect(only?.degreeMinutes?.value).toBeCloseTo((80 * 4) / 2, 6);
    expect(factOf(report, 'evidence', 'calibration_state')?.text?.en).toBe('valid');
    expect(factOf(report, 'evidence', 'calibration_instrument')?.text?.en).toBe('T-0417');
  });

  it('never calls silence good: the longest gap and the unknown minutes stand apart, and there is no verdict', async () => {
    const { report } = await trip(every(360, () => 2).filter(({ minute }) => minute < 60 || minute > 240));
    expect(air(report, 'verdict')?.text?.en).toBe('too little is known for a verdict');
    expect(air(report, 'longest_gap')?.value).toBe(190);
    expect(air(report, 'unknown')?.value).toBeCloseTo(190, 6);
    expect(factOf(report, 'evidence', 'calibration_state')).toMatchObject({ state: 'warning' });
  });

  it('holds the SHA-256 of the file that the export gives', async () => {
    const { report, get } = await trip(
      every(360, () => 2),
      400,
    );
    const path = factOf(report, 'evidence', 'data')?.text?.en ?? '';
    const file = await get(path);
    expect(file.statusCode).toBe(200);
    const hash = createHash('sha256').update(file.rawPayload).digest('hex');
    expect(factOf(report, 'evidence', 'sha256')?.text?.en).toBe(hash);
    expect(factOf(report, 'evidence', 'rows')?.value).toBe(file.body.trim().split('\n').length - 1);
    expect(factOf(report, 'evidence', 'calibration_state')).toMatchObject({ state: 'warning' });
  });
});
