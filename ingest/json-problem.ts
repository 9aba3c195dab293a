/** Explains where and why a text is not JSON, for firmware authors; runs only after `JSON.parse` has failed. */

export interface JsonProblem {
  /** Index into the text, in UTF-16 units. */
  readonly offset: number;
  readonly hint: string;
}

class Broken extends Error {
  readonly problem: JsonProblem;
  constructor(offset: number, hint: string) {
    super(hint);
    this.name = 'Broken';
    this.problem = { offset, hint };
  }
}

/** Recursive: the caller must have bounded the depth of the text. */
export function explainJson(text: string): JsonProblem {
  try {
    const end = skipSpace(text, value(text, skipSpace(text, 0)));
    if (end < text.length) throw new Broken(end, `text behind the end of the JSON (${shown(text, end)})`);
    return { offset: 0, hint: 'not valid JSON' };
  } catch (error) {
    if (error instanceof Broken) return error.problem;
    throw error;
  }
}

function value(text: string, at: number): number {
  const char = text[at];
  if (char === undefined) throw new Broken(at, 'the JSON is cut off: a value is missing');
  if (char === '{') return members(text, at, '}');
  if (char === '[') return members(text, at, ']');
  if (char === '"') return quoted(text, at);
  if (char === "'") throw new Broken(at, 'text in single quotes: JSON uses double quotes, "…" instead of \'…\'');
  return bare(text, at);
}

function members(text: string, start: number, close: '}' | ']'): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    if (close === '}') at = skipSpace(text, key(text, at));
    at = skipSpace(text, value(text, at));
    const char = text[at];
    if (char === close) return at + 1;
    if (char === undefined) throw new Broken(at, `the JSON is cut off: ${close} is missing`);
    if (char !== ',') throw new Broken(at, separatorHint(text, at, close));
    at = skipSpace(text, at + 1);
    if (text[at] === close) throw new Broken(at, `comma before ${close}: leave the last comma out`);
  }
}

/** Returns the index after the colon. */
function key(text: string, at: number): number {
  const char = text[at];
  if (char === undefined) throw new Broken(at, 'the JSON is cut off: a key is missing');
  if (char === "'") throw new Broken(at, 'key in single quotes: JSON uses double quotes');
  if (char !== '"') throw new Broken(at, `key without quotes (${shown(text, at)}): write {"key": value}`);
  const colon = skipSpace(text, quoted(text, at));
  if (text[colon] === undefined) throw new Broken(colon, 'the JSON is cut off: a value is missing');
  if (text[colon] !== ':') throw new Broken(colon, 'no colon behind the key');
  return colon + 1;
}

function quoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char < ' ') throw new Broken(at, 'line break or control character inside a text: escape it');
    if (char !== '\\') continue;
    const escaped = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/.exec(text.slice(at, at + 6));
    if (escaped === null) throw new Broken(at, 'unknown escape inside a text');
    at += escaped[0].length - 1;
  }
  throw new Broken(text.length, 'the JSON is cut off inside a text: closing " is missing');
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const NOT_FINITE = /^[+-]?(?:nan|inf(?:inity)?)\b/i;
const WORD = /^[^\s,:[\]{}"]+/;

function bare(text: string, at: number): number {
  const rest = text.slice(at, at + 64);
  const word = WORD.exec(rest)?.[0] ?? rest.charAt(0);
  if (word === 'true' || word === 'false' || word === 'null') return at + word.length;
  if (NOT_FINITE.test(word)) throw new Broken(at, `${word} is not JSON: leave out what could not be measured`);
  if (NUMBER.exec(word)?.[0] === word) return at + word.length;
  if (/^[+-]?[\d.]/.test(word)) throw new Broken(at, numberHint(word, at + word.length === text.length));
  throw new Broken(at, `${shown(text, at)} is not a JSON value: texts need double quotes`);
}

function numberHint(word: string, isLast: boolean): string {
  if (isLast && /[.eE+-]$/.test(word)) return 'the JSON is cut off inside a number';
  if (word.startsWith('+')) return `${word} is not a JSON number: leave the + out`;
  if (/^-?0\d/.test(word)) return `${word} is not a JSON number: leave leading zeros out`;
  if (/^-?\./.test(word)) return `${word} is not a JSON number: write a 0 before the point`;
  return `${word} is not a JSON number`;
}

function separatorHint(text: string, at: number, close: string): string {
  if (/\d/.test(text[at - 1] ?? '') && /[A-Za-z%°µ]/.test(text[at] ?? '')) {
    return `unit behind a number (${shown(text, at)}): send the bare number`;
  }
  return `comma or ${close} expected, found ${shown(text, at)}`;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  return at;
}

const shown = (text: string, at: number) => JSON.stringify(text.slice(at, at + 12));
