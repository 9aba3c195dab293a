/** Every command line of docs/operations.md, and of its Chinese sister, is one that the program has. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../cli/program.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
function optionsAlong(command: Command, [word, ...rest]: readonly string[]): readonly string[] {
  const own = command.options.flatMap(({ long }) => long ?? []);
  const sub = command.commands.find((each) => each.name() === word);
  return sub === undefined ? own : [...own, ...optionsAlong(sub, rest)];
}

describe.each(['docs/operations.md', 'docs/operations.zh-CN.md'])('%s', (name) => {
  const text = readFileSync(root(name), 'utf8');
  /** `daoyu backup - | gzip` → `backup -`; in sentences commands stand between backquotes. */
  const commands = [...text.matchAll(/\bdaoyu ([a-z]+(?: [a-z-]+)*(?: (?!\|)[^\s`|&#]+)*)/g)]
    .map(([, command = '']) => command.trim().split(/\s+/))
    .filter(([name]) => program.commands.some((each) => each.name() === name));

  it('has no command with an option that the program does not know', () => {
    expect(new Set(commands.map(([name]) => name))).toEqual(
      new Set(['backup', 'restore', 'check', 'move', 'parks', 'sites', 'devices', 'models']),
    );
    for (const words of commands) {
      const known = optionsAlong(program, words);
      for (const word of words.filter((each) => each.startsWith('--'))) expect(known, words.join(' ')).toContain(word);
    }
  });

  it('names files of the repository that are there', () => {
    const files = [...text.matchAll(/\b(?:deploy|dashboards)\/[\w./-]*[\w/]/g)].map(([file]) => file);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(existsSync(root(file)), file).toBe(true);
  });
});
