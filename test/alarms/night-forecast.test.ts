import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expectedLow, newCurve, noteOnCurve } from '../../alarms/night-forecast.ts';
import { MINUTE, newLog, runAll } from './log.ts';

const HOUR = 60 * MINUTE;

/** Local time is taken for Beijing's: what counts is the hour of the sun. */
function mendota(): readonly (readonly [time: number, oxygen: number])[] {
  const file = new URL('../data/pond_lake_mendota_1min.csv.gz', import.meta.url);
  const [head = '', ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const column = head.split(',').indexOf('dissolved_oxygen');
  return lines.flatMap((line) => {
    const cells = line.split(',');
    const [time, value] = [Date.parse(`${cells[0]?.replace(' ', 'T')}+08:00`), Number(cells[column] || Number.NaN)];
    return Number.isNaN(value) ? [] : [[time, value] as const];
  });
}

describe('held against the nights of a lake, of which it was told nothing before', () => {
  it('its forecast is better than "tonight as low as last night", from eight in the evening on', () => {
    const readings = mendota();
    const lowOf = (from: number) => {
      const half = new Map<number, number[]>();
      for (const [time, value] of readings) {
        if (time < from || time >= from + 13 * HOUR) continue;
        const slot = Math.floor(time / (30 * MINUTE));
        half.set(slot, [...(half.get(slot) ?? []), value]);
      }
      return Math.min(...[...half.values()].map((all) => all.reduce((sum, each) => sum + each, 0) / all.length));
    };
    const first = Date.parse('2009-07-24T00:00:00+08:00');
    const rows: string[] = [];
    for (const hour of [20, 22, 24, 26, 28]) {
      const errors: { readonly forecast: number; readonly asLastNight: number }[] = [];
      for (let night = 0; night < 5; night++) {
        const [evening, now] = [first + night * 24 * HOUR + 20 * HOUR, first + night * 24 * HOUR + hour * HOUR];
        const curve = newCurve();
        for (const [time, value] of readings) if (time <= now + MINUTE) noteOnCurve(curve, time, value);
        const expected = expectedLow(curve, now + MINUTE);
        const actual = lowOf(evening);
        expect(expected, `${hour} h of night ${night}`).toBeTypeOf('number');
        errors.push({ forecast: Number(expected) - actual, asLastNight: lowOf(evening - 24 * HOUR) - actual });
      }
      const rms = (name: 'forecast' | 'asLastNight') =>
        Math.sqrt(errors.reduce((sum, each) => sum + each[name] ** 2, 0) / errors.length);
      rows.push(
        `${hour % 24}:00 forecast ${rms('forecast').toFixed(2)}, as last night ${rms('asLastNight').toFixed(2)}`,
      );
      expect(rms('forecast'), rows.at(-1)).toBeLessThan(rms('asLastNight') / 2);
    }
    console.info(rows.join('\n'));
  });
});

describe('a pond', () => {
  /** A day and a night as a cosine, highest in the afternoon at four, every half-hour of it; with a second day that begins lower. */
  function evening(lower: number) {
    const start = Date.parse('2026-07-20T16:00:00+08:00');
    const log = newLog([{ id: 'probe' }], start);
    const valueAt = (time: number) => 6 + 2 * Math.cos((2 * Math.PI * (time - start)) / (24 * HOUR));
    for (let at = start; at < start + 40 * HOUR; at += 5 * MINUTE) {
      const isSecond = at >= start + 20 * HOUR;
      log.readings([{ time: at, values: { dissolved_oxygen: valueAt(at) - (isSecond ? lower : 0) } }], at);
      log.tick(at + 5000);
    }
    return runAll(log.entries)
      .filter(({ alarm }) => alarm.rule === 'dissolved_oxygen_low_by_dawn')
      .map(({ change, noticedAt, alarm: { severity, text } }) => ({
        ...{ change, severity, hour: (noticedAt - start) / HOUR + 16 },
        ...{ zh: text.zh, en: text.en },
      }));
  }

  it('that starts its night too low is told so in the evening, hours before it gets there', () => {
    // Low of the second night: 4 - 1.5 = 2.5, below 3.0 from about one o'clock on; the limit of warning, 4.0, is passed at ten.
    const [opened] = evening(1.5);
    expect(opened).toMatchObject({ change: 'opened', severity: 'warning' });
    expect(opened?.hour).toBeGreaterThanOrEqual(24 + 20);
    expect(opened?.hour).toBeLessThan(24 + 21.5);
    expect(opened?.zh).toContain('若像昨夜那样下降，天亮前将低于 3.0');
    expect(opened?.en).toContain('falling as it did last night, it is below 3.0 before the morning');
  });

  it('that stays above the limit is told nothing, nor one of which last night is not known', () => {
    expect(evening(0.5)).toEqual([]);
    const start = Date.parse('2026-07-20T18:00:00+08:00');
    const log = newLog([{ id: 'probe' }], start);
    for (let index = 0; index < 100; index++)
      log.readings(
        [{ time: start + index * 5 * MINUTE, values: { dissolved_oxygen: 8 - index / 20 } }],
        start + index * 5 * MINUTE,
      );
    expect(runAll(log.entries).filter(({ alarm }) => alarm.rule.endsWith('by_dawn'))).toEqual([]);
  });
});
