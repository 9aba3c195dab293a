import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBlock, headOf, parseBlock } from '../../bus/lmdb/block.ts';

const entries = fc.array(
  fc.record({
    gap: fc.integer({ min: 1, max: 5 }),
    subject: fc.constantFrom('daoyu.readings.tianyu.paddy_water.0', 'daoyu.clock', '稻.>'),
    appendedAt: fc.integer({ min: 0, max: 2e12 }),
    data: fc.string({ unit: 'grapheme', maxLength: 200 }),
  }),
  { minLength: 1, maxLength: 50 },
);

describe('a block of entries', () => {
  it('gives back every entry to the letter, whatever was in it', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (drafts) => {
        let position = 0;
        const records = drafts.map(({ gap, ...rest }) => {
          position += gap;
          return { ...rest, position };
        });
        const block = await formatBlock(records);
        expect(parseBlock(block)).toEqual(records);
        const youngest = Math.max(...records.map(({ appendedAt }) => appendedAt));
        expect(headOf(block)).toEqual({ first: records[0]?.position, youngest });
      }),
    );
  });

  it('that is damaged, or of a version to come, is named so', async () => {
    const block = await formatBlock([{ position: 1, subject: 'a', appendedAt: 0, data: 'x'.repeat(1000) }]);
    expect(() => parseBlock(block.subarray(0, block.length - 1))).toThrow(/damaged/);
    expect(() => parseBlock(Buffer.concat([Buffer.of(9), block.subarray(1)]))).toThrow(/newer version/);
    expect(() => headOf(Buffer.alloc(3))).toThrow(/damaged/);
  });
});
