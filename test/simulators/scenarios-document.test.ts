import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadKinds } from '../../sensors/kinds.ts';
import { loadFaults } from '../../simulators/faults.ts';
import { loadScenario, loadScenarios } from '../../simulators/scenario.ts';

const context = { kinds: await loadKinds(), faults: await loadFaults() };
const text = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');

describe('docs/scenarios.md', () => {
  it('describes every scenario, and none that is gone', async () => {
    const described = [...text.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    expect(described.sort()).toEqual([...(await loadScenarios(context)).keys()].sort());
  });

  it('names every fault with its Chinese name and its options, and none that is gone', () => {
    const rows = new Map(
      [...text.matchAll(/^\| `([a-z-]+)` +\| ([^|]+?) +\| [^|]+\| ([^|]+?) +\|$/gm)].map(([, name = '', ...cells]) => [
        name,
        cells,
      ]),
    );
    expect([...rows.keys()].sort()).toEqual([...context.faults.keys()].sort());
    for (const { name, label, options } of context.faults.values()) {
      const [zh, told = ''] = rows.get(name) ?? [];
      expect(zh, name).toBe(label.zh);
      const wanted = Object.entries(options.properties).map(
        ([option, { default: value }]: [string, { default?: unknown }]) => `\`${option}\` ${JSON.stringify(value)}`,
      );
      expect(told, name).toBe(wanted.join(', ') || '–');
    }
  });

  it('shows an example that runs', async () => {
    const [, example = ''] = /```json\n([\s\S]+?)```/.exec(text) ?? [];
    const file = join(mkdtempSync(join(tmpdir(), 'daoyu-example-')), 'example.json');
    writeFileSync(file, example);
    expect((await loadScenario(file, context)).hours).toBe(48);
  });
});
