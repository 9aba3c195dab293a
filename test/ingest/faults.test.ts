import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openParts } from './parts.ts';

/** Real faults of a catfish pond's node: Udanor et al. 2022, doi 10.1016/j.dib.2022.108400. */
const FILE = new URL('../../../shared/data/pond_iotpond10_faults.csv', import.meta.url);

/** Row by `entry_id`, column → code of the refusal, or the flag. Everything that is not named is good. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  1: { water_temperature: 'VALUE_SENTINEL', ph: 'VALUE_OUT_OF_RANGE' },
  2: { water_temperature: 'VALUE_SENTINEL', ph: 'VALUE_OUT_OF_RANGE' },
  4: { water_temperature: 'spike' },
  13: { dissolved_oxygen: 'spike' },
  // 4.66 mg/L, then 0 for two samples, 13.56, and 0 again, twenty seconds apart.
  17: { dissolved_oxygen: 'spike' },
  19: { dissolved_oxygen: 'spike' },
  116: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  118: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  119: { ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  120: { ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  121: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  129: { water_temperature: 'VALUE_SENTINEL', ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  130: { dissolved_oxygen: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  143: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE' },
  147: { turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  148: { turbidity: 'VALUE_OUT_OF_RANGE' },
  150: { ph: 'spike', turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  155: { turbidity: 'VALUE_OUT_OF_RANGE' },
  160: { turbidity: 'VALUE_OUT_OF_RANGE', dissolved_oxygen: 'VALUE_OUT_OF_RANGE' },
  192: { turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
};

function rows(): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = readFileSync(FILE, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
}

describe.skipIf(!existsSync(FILE))('the faults of a real pond node (skipped where the measurements are absent)', () => {
  it('each get their verdict, and everything else is kept', async () => {
    const { addDevice, publish, stored, quarantine, row } = await openParts();
    await addDevice('node', {
      mapping: {
        keys: { NITRATE: null, Population: null, Length: null, Weight: null },
        acceptStrings: true,
        utcOffsetMinutes: 60,
      },
    });
    const all = rows();
    const times = new Map<number, string>();
    for (const { created_at = '', entry_id = '', ...values } of all) {
      const time = Date.parse(`${created_at.replace(' CET', '').replace(' ', 'T')}+01:00`);
      times.set(time, entry_id);
      await publish('node', { time, seq: Number(entry_id), ...values }, { receivedAt: time + 1000 });
    }
    expect(times.size).toBe(all.length);
    const kept = await stored();
    expect(kept).toHaveLength(all.length);
    expect(await row('node')).toEqual({ received: 38, stored: 38, duplicate: 0, quarantined: 0 });

    const verdicts: Record<string, Record<string, string>> = {};
    const note = (time: number, field: string, verdict: string) => {
      const id = times.get(time) ?? '?';
      verdicts[id] = { ...verdicts[id], [field]: verdict };
    };
    for (const { time, flags } of kept) {
      for (const [field, list] of Object.entries(flags ?? {})) note(time, field, list.join());
    }
    for (const { receivedAt, reason } of await quarantine.list({ limit: 1000 })) {
      note(receivedAt - 1000, reason.field ?? '', reason.code);
    }
    expect(verdicts).toEqual(EXPECTED);
    const bad = Object.values(EXPECTED).flatMap((each) =>
      Object.values(each).filter((verdict) => verdict.startsWith('VALUE')),
    );
    expect(await quarantine.list({ limit: 1000 })).toHaveLength(bad.length);
  });
});
