/** What charts and tiles of a site say of its alarms and its equipment. */
import { expect, it } from 'vitest';
import { marksOf } from '../../dashboards/page/charts/alarm-marks.ts';
import { boundsOf } from '../../dashboards/page/charts/bounds.ts';
import type { Line } from '../../dashboards/page/charts/lines.ts';
import type { Alarm } from '../../dashboards/page/feed/alarm-list.ts';
import { createCards } from '../../dashboards/page/feed/cards.ts';
import { keyOf } from '../../dashboards/page/feed/latest.ts';
import { CATALOG, NOW, ROWS } from '../../dashboards/page/gallery/fixtures.ts';
import { effectOf } from '../../dashboards/page/tiles/measured.tsx';
import { reasonWords } from '../../dashboards/page/tiles/words-of.ts';
import pond from '../../sensors/kinds/aquaculture_pond.ts';

it('marks an alarm on the charts of its field, silence on every chart of its device, and nothing elsewhere', () => {
  const line = (device: string, field: string) =>
    ({ device: { device: { park: 'daoyu', device } }, field: { name: field } }) as unknown as Line;
  const alarm = (change: object) =>
    ({ park: 'daoyu', device: 'a', severity: 'critical', openedAt: 1000, ...change }) as unknown as Alarm;
  const low = alarm({ field: 'dissolved_oxygen', clearedAt: 2000 });
  const silent = alarm({ severity: 'warning', openedAt: 500 });
  expect(marksOf([low, silent], [line('a', 'dissolved_oxygen')])).toEqual([
    { severity: 'warning', from: 500 },
    { severity: 'critical', from: 1000, to: 2000 },
  ]);
  expect(marksOf([low, silent], [line('a', 'ph')])).toEqual([{ severity: 'warning', from: 500 }]);
  expect(marksOf([low, silent], [line('b', 'dissolved_oxygen')])).toEqual([]);
});

it('draws no axis below zero for what cannot be negative', () => {
  expect(boundsOf([0, 0, 0])[0]).toBe(0);
  expect(boundsOf([0, 1.5])[0]).toBe(0);
  expect(boundsOf([-0.2, 1.5])[0]).toBeLessThan(-0.2);
});

it('tells an aerator that is on without power from one that runs and one that is off', () => {
  const effect = (aerator_on: number, aerator_power: number) =>
    effectOf({ kind: pond, values: { aerator_on, aerator_power }, field: 'aerator_on' });
  expect(effect(1, 0)?.isMissing).toBe(true);
  expect(effect(1, 1.5)?.isMissing).toBe(false);
  expect(effect(0, 0)?.isMissing).toBe(false);
  expect(effectOf({ kind: pond, values: { aerator_on: 1 }, field: 'aerator_on' })).toBeUndefined();
});

it('says what a silent site said last, where that was bad', () => {
  const cards = createCards()(CATALOG, ROWS, NOW);
  const lead = cards.find(({ site }) => site.id === 'silent')?.devices[0];
  expect(lead && reasonWords(lead, 'zh')).toBe('1 小时 47 分钟无数据；最后读数：空气温度 -14.2 °C，高于 -15.0（冷冻）');
  expect(ROWS.has(keyOf({ park: 'daoyu', device: 'empty', kind: 'aquaculture_pond' }))).toBe(false);
});
