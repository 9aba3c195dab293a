/** The payloads that docs/firmware.md shows are taken as the page says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tryMapping } from '../../ingest/try-mapping.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { blocksOf } from './fenced-blocks.ts';

const page = readFileSync(new URL('../../docs/firmware.md', import.meta.url), 'utf8');
const json = blocksOf(page)
  .filter(({ language }) => language === 'json')
  .map(({ text }) => JSON.parse(text) as unknown);
const kinds = await loadKinds();

function tryOut(payload: unknown) {
  const kind = kinds.get('aquaculture_pond');
  if (kind === undefined) throw new Error('no pond');
  return tryMapping({
    device: { park: 'daoyu', id: 'my-probe', site: 'my-pond', kind: kind.name },
    kind,
    mapping: undefined,
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    receivedAt: Date.parse('2025-11-24T08:00:00+08:00'),
  });
}

describe('docs/firmware.md', () => {
  it('shows one reading and a backlog that are taken whole', () => {
    const [one, backlog] = json;
    expect(tryOut(one)).toMatchObject({
      readings: [{ time: 1763900000000, seq: 17, values: { dissolved_oxygen: 6.42, water_temperature: 24.1 } }],
      told: [],
    });
    const { readings, told } = tryOut(backlog);
    expect(told).toEqual([]);
    expect(readings.map(({ time, values }) => [new Date(time).toISOString(), values.dissolved_oxygen])).toEqual([
      ['2025-11-23T12:13:20.000Z', 6.42],
      ['2025-11-23T12:14:20.000Z', 6.4],
    ]);
  });

  it('publishes payloads of which one is taken, and one is refused at its comma', () => {
    const payloads = [...page.matchAll(/ -m '([^']*)'/g)].map(([, text = '']) => text);
    expect(payloads.map((text) => tryOut(text).told.map(({ code }) => code))).toEqual([[], ['PAYLOAD_NOT_JSON'], []]);
  });
});
