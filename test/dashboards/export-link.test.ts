import { describe, expect, it } from 'vitest';
import { type ExportAsked, exportLink } from '../../dashboards/page/feed/export-link.ts';
import { bearer, NOW, runApi } from '../api/running-api.ts';

const ASKED: ExportAsked = {
  ...{ kind: 'aquaculture_pond', park: 'tianyu', site: 'pond-1', fields: ['dissolved_oxygen', 'ph'] },
  ...{ from: NOW - 86_400_000, to: NOW + 1, format: 'csv', window: 'raw', quality: 'all', shape: 'wide' },
  hasSurroundings: false,
};

/** What the API answers to the link, as lines. */
async function answered(...asked: readonly Partial<ExportAsked>[]) {
  const { get, write } = await runApi();
  await write(
    [2, 1].map((hours) => ({ time: NOW - hours * 3_600_000, values: { dissolved_oxygen: 6 + hours, ph: 8 } })),
  );
  const all: string[][] = [];
  for (const each of asked) {
    const { statusCode, body } = await get(exportLink({ ...ASKED, ...each }));
    expect(statusCode).toBe(200);
    all.push(body.replace(/\r\n$/, '').split('\r\n'));
  }
  return all;
}

describe('the link of an export', () => {
  it('is one that the API answers: wide or long, with season and events, good values alone', async () => {
    expect(bearer).toBeDefined();
    const [wide = [], long = [], more = [], device = []] = await answered(
      {},
      { shape: 'long', quality: 'good' },
      { hasSurroundings: true },
      { device: 'probe' },
    );
    expect([wide.length, long.length, device.length]).toEqual([3, 5, 3]);
    expect(wide[0]).toMatch(/^\ufefftime,received,park,site,device,/);
    expect(long[0]).toMatch(/field,value,unit/);
    expect(more[0]).toMatch(/stage,season_day,events$/);
  });

  it('of windows has mean, minimum and maximum with their coverage', async () => {
    const [windows = []] = await answered({ window: '1h' });
    expect(windows).toHaveLength(3);
    for (const name of [
      'dissolved_oxygen [mg/L]',
      'dissolved_oxygen_min',
      'dissolved_oxygen_max',
      'dissolved_oxygen_coverage',
    ])
      expect(windows[0]).toContain(name);
  });

  it('of a workbook is a workbook', async () => {
    const { get, write } = await runApi();
    await write([{ time: NOW - 3_600_000, values: { ph: 8 } }]);
    const { statusCode, headers } = await get(exportLink({ ...ASKED, format: 'xlsx' }));
    expect([statusCode, headers['content-type']]).toEqual([200, expect.stringContaining('spreadsheetml')]);
  });
});
