import { expect, it } from 'vitest';

it('a regular expression in toMatchObject is refused, however it comes there', async () => {
  const message: unknown = /no such text/;
  expect(() => expect({ message: 'a' }).toMatchObject({ message })).toThrow(/stringMatching/);
  expect(() => expect([{ a: { message: 'a' } }]).toMatchObject([{ a: { message } }])).toThrow(/stringMatching/);
  const rejected = expect(Promise.reject(new Error('a'))).rejects.toMatchObject({ message });
  await expect(rejected).rejects.toThrow(/stringMatching/);
});

it('all else compares as ever', () => {
  expect({ message: 'abc', more: 1 }).toMatchObject({ message: expect.stringMatching(/b/) });
  expect(() => expect({ message: 'abc' }).toMatchObject({ message: expect.stringMatching(/x/) })).toThrow(/x/);
  expect({ a: 1 }).not.toMatchObject({ a: 2 });
});
