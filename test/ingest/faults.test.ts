import { describe, expect, it } from 'vitest';
import { loadKinds } from '../../sensors/kinds.ts';
import { measurements, POND_NODE_MAPPING, POND_NODE_VERDICTS } from '../measurements.ts';
import { openParts } from './parts.ts';

const pond = (await loadKinds()).get('aquaculture_pond');
/** What follows from other values has no verdict of its own, only their doubts. */
const isSent = (name: string) => pond?.fields.find((field) => field.name === name)?.derived === undefined;
const all = measurements('pond_iotpond10_faults.csv');

describe('the faults of a real pond node', () => {
  it('each get their verdict, and everything else is kept', async () => {
    const { addDevice, publish, stored, quarantine, row } = await openParts();
    await addDevice('node', { mapping: POND_NODE_MAPPING });
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
      for (const [field, list] of Object.entries(flags ?? {})) if (isSent(field)) note(time, field, list.join());
    }
    for (const { receivedAt, reason } of await quarantine.list({ limit: 1000 })) {
      note(receivedAt - 1000, reason.field ?? '', reason.code);
    }
    expect(verdicts).toEqual(POND_NODE_VERDICTS);
    const bad = Object.values(POND_NODE_VERDICTS).flatMap((each) =>
      Object.values(each).filter((verdict) => verdict.startsWith('VALUE')),
    );
    expect(await quarantine.list({ limit: 1000 })).toHaveLength(bad.length);
  });
});
