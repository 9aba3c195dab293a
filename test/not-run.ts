/** Says at the end of a run what it did not test: what was skipped and why, and which suite was left out. */
import type { UserConsoleLog } from 'vitest';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { SKIPPED } from './require.ts';

export default class NotRun implements Reporter {
  #vitest: Vitest | undefined;
  readonly #reasons = new Set<string>();

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onUserConsoleLog({ content }: UserConsoleLog): void {
    for (const line of content.split('\n')) {
      if (line.startsWith(SKIPPED)) this.#reasons.add(line.slice(SKIPPED.length));
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const lines = [...this.#reasons].sort().map((reason) => `  ${reason}`);
    if (tests.length > 0) lines.unshift(`Skipped ${tests.length} tests:`);
    const suites = this.#vitest?.projects.map(({ name }) => name) ?? [];
    if (suites.includes('quick') && !suites.includes('servers'))
      lines.push(
        'Left out: the suite that needs servers, a browser or minutes: npm run test:servers (docs/testing.md)',
      );
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }
}
