/** Set up before each test file: `toMatchObject` takes any value for a regular expression, so one in it is refused. */
import { chai } from 'vitest';

/** Files share a process, and this is set up before each. */
const DONE = Symbol.for('daoyu.strict-match-object');
const setUp = globalThis as { [DONE]?: true };

function holdsRegExp(expected: unknown): boolean {
  if (expected instanceof RegExp) return true;
  if (typeof expected !== 'object' || expected === null || 'asymmetricMatch' in expected) return false;
  return Object.values(expected).some(holdsRegExp);
}

if (setUp[DONE] === undefined) {
  chai.use(({ Assertion }, utils) => {
    utils.overwriteMethod(Assertion.prototype, 'toMatchObject', (inner: (...args: unknown[]) => unknown) => {
      return function (this: object, ...args: unknown[]) {
        if (holdsRegExp(args[0]))
          throw new TypeError('a regular expression in toMatchObject: use expect.stringMatching');
        return inner.apply(this, args);
      };
    });
  });
}
setUp[DONE] = true;
