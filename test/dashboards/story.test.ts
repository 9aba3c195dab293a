/** The first picture of a site: its leading curve, and what its equipment was asked, said and drew. */
import { describe, expect, it } from 'vitest';
import { besidesStory, storyOf, strips } from '../../dashboards/page/charts/story.ts';
import type { SeriesAnswer } from '../../dashboards/page/charts/use-series.ts';
import type { Command } from '../../dashboards/page/feed/api.ts';
import type { DeviceCard } from '../../dashboards/page/feed/cards.ts';
import { chartsOf, fieldsOf } from '../../dashboards/page/feed/panels.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const kindOf = (name: string) => {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(name);
  return kind;
};
const pond = kindOf('aquaculture_pond');
const all = new Set(pond.fields.map(({ name }) => name));
const MINUTE = 60_000;

describe('the story of a site', () => {
  it('is the leading curve with the switches beneath; what it tells needs no chart of its own', () => {
    const panels = chartsOf(pond);
    const story = storyOf(pond, panels, all);
    expect(story && fieldsOf(story.panel)).toEqual(['dissolved_oxygen', 'aerator_on']);
    expect(story?.drawn.map(({ by, from }) => [by, from])).toEqual([['aerator_power', 0.1]]);
    const rest = besidesStory(story, panels).map(fieldsOf);
    expect(rest).not.toContainEqual(['dissolved_oxygen']);
    expect(rest).toContainEqual(['aerator_on', 'aerator_power']);
    expect(rest).toHaveLength(panels.length - 1);
  });

  it('of a cold store tells door, compressor and defrost under both temperatures', () => {
    const cold = kindOf('cold_chain');
    const story = storyOf(cold, chartsOf(cold), new Set(cold.fields.map(({ name }) => name)));
    expect(story && fieldsOf(story.panel)).toEqual([
      ...['air_temperature', 'product_temperature', 'door_open', 'compressor_on', 'defrost_on'],
    ]);
  });

  it('is none where no switch was measured', () => {
    const panels = chartsOf(pond);
    expect(storyOf(pond, panels, new Set(['dissolved_oxygen']))).toBeUndefined();
    expect(besidesStory(undefined, panels)).toBe(panels);
  });
});

describe('beneath the switch stand', () => {
  const device = { device: { park: 'p', device: 'd' }, season: [], row: { values: {} } } as unknown as DeviceCard;
  const series = (field: string, values: readonly number[]) => ({
    ...{ park: 'p', device: 'd', field, aggregate: 'raw' },
    points: values.map((value, index) => [index * MINUTE, value]),
  });
  const answer = {
    ...{ from: 0, to: 4 * MINUTE, stepMs: MINUTE, isAggregated: false, isFollowing: true, live: new Map() },
    series: [series('aerator_on', [0, 1, 1, 1]), series('aerator_power', [0, 0.02, 0.1, 4.4])],
  } as unknown as SeriesAnswer;
  const story = storyOf(pond, chartsOf(pond), all);
  const command = (minute: number, value: unknown, more: object = {}) =>
    ({ park: 'p', device: 'd', name: 'aerator', sentAt: minute * MINUTE, value, ...more }) as Command;
  const drawn = (commands: readonly Command[]) =>
    (story ? strips(pond, story, [device], answer, commands) : []).map(({ field, points }) => [
      field.label.en,
      points.map(([time, value]) => [time / MINUTE, value]),
    ]);

  it('whether it draws power, by the limit of the rule that tells of an aerator without', () => {
    expect(drawn([])).toEqual([
      [
        'aerator, by its power',
        [
          [0, 0],
          [1, 0],
          [2, 1],
          [3, 1],
        ],
      ],
    ]);
  });

  it('and what was asked last, from the first command on; others’ commands and what is no switch are left aside', () => {
    const commands = [
      ...[command(2, false), command(1, { on: true }), command(0, { speed: 3 })],
      ...[command(0, true, { device: 'other' }), command(0, true, { name: 'feeder' })],
    ];
    expect(drawn(commands)[1]).toEqual([
      'aerator, as asked',
      [
        [1, 1],
        [2, 0],
        [3, 0],
      ],
    ]);
  });
});
