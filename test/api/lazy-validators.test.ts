import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { compileWhenNeeded } from '../../api/lazy-validators.ts';

const SCHEMA = { type: 'object', required: ['park'], properties: { park: { type: 'string' } } };

it('compiles a check when it is first asked, once, and answers as one compiled at once', () => {
  const lazy = new Ajv({ allErrors: true });
  let compiled = 0;
  const compile = lazy.compile.bind(lazy);
  lazy.compile = ((schema: object) => {
    compiled += 1;
    return compile(schema);
  }) as Ajv['compile'];
  compileWhenNeeded(lazy);
  const check = lazy.compile(SCHEMA);
  expect(compiled).toBe(0);
  const eager = new Ajv({ allErrors: true }).compile(SCHEMA);
  for (const given of [{ park: 7 }, {}, { park: 'daoyu' }, { park: null }, [], { park: 'tianyu' }]) {
    expect(check(given)).toBe(eager(given));
    expect(check.errors).toEqual(eager.errors);
  }
  expect(compiled).toBe(1);
});
