/** Runs a part of a bench in its own process, so that CPU is measured separately. Measures compiled code, as `npm start` runs it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface ChildOptions {
  /** For Node. */
  readonly flags?: readonly string[];
  /** Beside our own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** `name` of a file of this folder. */
export function startChild(
  name: string,
  args: readonly string[] = [],
  { flags = [], environment = {} }: ChildOptions = {},
): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), args, {
    execArgv: [...flags],
    env: { ...process.env, ...environment },
  });
}
