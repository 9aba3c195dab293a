/** Paths of a mapping: dots for nesting, `[2]` for an element of a list. Keys may hold dots themselves (`temperature:0.tC`), so the longest key wins. */
import { isObject } from '../base/json.ts';

/** Undefined where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  const index = /^\[(\d{1,6})\]\.?/.exec(path);
  if (index !== null) {
    return Array.isArray(value)
      ? valueAt((value as unknown[])[Number(index[1])], path.slice(index[0].length))
      : undefined;
  }
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let end = path.length - 1; end > 0; end--) {
    const next = path.charAt(end);
    if (next !== '.' && next !== '[') continue;
    const key = path.slice(0, end);
    if (!Object.hasOwn(value, key)) continue;
    const found = valueAt(value[key], path.slice(next === '.' ? end + 1 : end));
    if (found !== undefined) return found;
  }
  return undefined;
}

export const joinPath = (prefix: string | undefined, key: string): string =>
  prefix === undefined || prefix === '' ? key : `${prefix}.${key}`;
