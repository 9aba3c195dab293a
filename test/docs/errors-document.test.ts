import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REJECTION_CODES } from '../../bus/rejection.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'dist', 'test', 'bench', 'data', 'page']);

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) continue;
    if (entry.isDirectory()) yield* sources(join(folder, entry.name));
    else if (entry.name.endsWith('.ts')) yield readFileSync(join(folder, entry.name), 'utf8');
  }
}

const [, refusals = '', errors = ''] = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').split(/^## /m);
const codesOf = (section: string) => [...section.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, code = '']) => code);
const text = [...sources(ROOT)].join('\n');

describe('docs/errors.md', () => {
  it('names every code with which telemetry is refused, and no other', () => {
    expect(codesOf(refusals).sort()).toEqual([...REJECTION_CODES].sort());
  });

  it('names every code of an error that is thrown anywhere', () => {
    const thrown = [...text.matchAll(/(?:DaoyuError|super)\(\s*'([A-Z][A-Z0-9_]+)'/g)].map(([, code = '']) => code);
    expect(thrown.length).toBeGreaterThan(10);
    expect([...new Set(thrown)].filter((code) => !codesOf(errors).includes(code))).toEqual([]);
  });

  it('names no code that is gone, and each once', () => {
    expect(codesOf(errors).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
    expect(new Set(codesOf(errors)).size).toBe(codesOf(errors).length);
  });
});
