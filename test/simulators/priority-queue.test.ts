import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPriorityQueue } from '../../simulators/priority-queue.ts';

it('gives back in order of time, equals in the order in which they were added, whatever comes between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 })), { maxLength: 200 }), (steps) => {
      const agenda = createPriorityQueue<number>();
      const model: { at: number; item: number }[] = [];
      for (const [item, at] of steps.entries()) {
        if (at !== null) {
          agenda.add(at, item);
          model.push({ at, item });
          model.sort((a, b) => a.at - b.at || a.item - b.item);
          continue;
        }
        expect(agenda.nextAt()).toBe(model[0]?.at);
        expect(agenda.take()).toEqual(model.shift());
      }
      while (model.length > 0) expect(agenda.take()).toEqual(model.shift());
      expect(agenda.take()).toBeUndefined();
      expect(agenda.size).toBe(0);
    }),
  );
});
