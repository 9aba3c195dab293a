import { describe, expect, it } from 'vitest';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Band } from '../../sensors/profile.ts';
import { problemsOfProfile } from '../../sensors/profile-problems.ts';

const kinds = await loadKinds();
const of = (band: Partial<Band>, own = ['aquaculture_pond']) => [
  ...problemsOfProfile({ kinds: own, bands: [{ field: 'dissolved_oxygen', source: 'test', ...band }] }, kinds),
];

describe('a profile', () => {
  it.each(seeds.profiles)('of a fresh install is in order: $name', (profile) => {
    expect([...problemsOfProfile(profile, kinds)]).toEqual([]);
  });

  it('is told of every fault, with what would be right', () => {
    expect(of({ warnBelow: 3 }, ['lobster'])).toEqual([
      expect.stringMatching(/^no kind lobster; there are .*cold_chain/),
    ]);
    expect(of({ field: 'oxygen', warnBelow: 3 })).toEqual([
      expect.stringMatching(/^bands\[0\] \(oxygen\): the kinds have no such field; they have .*dissolved_oxygen/),
    ]);
    expect(of({})).toEqual(['bands[0] (dissolved_oxygen): it has neither a target nor a limit']);
    expect(of({ warnBelow: 300 })).toEqual([
      expect.stringMatching(/warnBelow is 300, but values lie within 0 to \d+ mg\/L$/),
    ]);
    expect(of({ warnBelow: 3, onlyWhile: 'ph' })).toEqual([
      expect.stringMatching(/onlyWhile is ph, which is not a switch; there are .*aerator_on/),
    ]);
  });

  it('has its limits in order from the lowest to the highest, equal ones allowed', () => {
    expect(of({ criticalBelow: 3, warnBelow: 4, target: [4, 8], warnAbove: 12, criticalAbove: 12 })).toEqual([]);
    const wrong: readonly (readonly [Partial<Band>, RegExp])[] = [
      [
        { criticalBelow: 4, warnBelow: 3 },
        /criticalBelow 4 is above warnBelow 3: the ascending order is criticalBelow, warnBelow/,
      ],
      [{ target: [8, 4] }, /target\[0\] 8 is above target\[1\] 4/],
      [{ warnBelow: 5, target: [4, 8] }, /warnBelow 5 is above target\[0\] 4/],
      [{ criticalBelow: 5, warnAbove: 4 }, /criticalBelow 5 is above warnAbove 4/],
      [{ warnAbove: 12, criticalAbove: 10 }, /warnAbove 12 is above criticalAbove 10/],
    ];
    for (const [band, words] of wrong) expect(of(band)).toEqual([expect.stringMatching(words)]);
  });
});
