/** Keys that stand twice in one JSON object: a parser keeps the last and says nothing of the others. */
import { isObject } from '../base/json.ts';

/** How many keys the parsed value holds: fewer than the text has is a sign of twins. */
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

/** The text with each later twin called `key#2`, `key#3`…; the first keeps its name. The text must be valid JSON. */
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

/** Behind the closing quote. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
