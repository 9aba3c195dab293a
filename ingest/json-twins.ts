/** Duplicate keys of a JSON object: `JSON.parse` silently keeps the last one only. */
import { isObject } from '../base/json.ts';

/** Counts the keys of a parsed value; fewer than in the text means that some were duplicates. */
export function countKeys(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') count += countKeys(element);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      count++;
      const member = value[key];
      if (typeof member === 'object') count += countKeys(member);
    }
  }
  return count;
}

/** Renames later duplicates to `key#2`, `key#3`…; the first keeps its name. The text must be valid JSON. */
export function renameTwins(text: string): string {
  const open: (Map<string, number> | undefined)[] = [];
  let renamed = '';
  let copied = 0;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') {
      open.push(new Map());
      isKey = true;
    } else if (char === '[') {
      open.push(undefined);
      isKey = false;
    } else if (char === '}' || char === ']') open.pop();
    else if (char === ',') isKey = open.at(-1) !== undefined;
    else if (char === '"') {
      const end = endOfText(text, at);
      const seen = open.at(-1);
      if (isKey && seen !== undefined) {
        const key = JSON.parse(text.slice(at, end)) as string;
        const count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        if (count > 1) {
          renamed += text.slice(copied, at) + JSON.stringify(`${key}#${count}`);
          copied = end;
        }
        isKey = false;
      }
      at = end - 1;
    }
  }
  return renamed + text.slice(copied);
}

/** The index after the closing quote. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
