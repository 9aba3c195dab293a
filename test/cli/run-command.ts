/** Runs the command line as a person would, in a process of its own, and shows what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { compiled } from '../started-process.ts';

export interface RunningCommand {
  /** Standard output and standard error so far, as they came. */
  readonly printed: string;
  /** Standard output alone, for programs that read it. */
  readonly output: string;
  /** Waits until it has printed this. */
  prints(what: RegExp): Promise<RegExpExecArray>;
  send(signal: NodeJS.Signals): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

export function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child: ChildProcess = spawn(process.execPath, [compiled('main.ts'), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  let printed = '';
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += String(chunk)));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    get printed() {
      return printed;
    },
    get output() {
      return output;
    },
    async prints(what) {
      const hasEnded = ended.then((code) => {
        if (!what.test(printed)) throw new Error(`ended with ${code} and never printed ${what}: ${printed}`);
      });
      await Promise.race([eventually(() => what.test(printed), Boolean, 60_000), hasEnded]);
      const found = what.exec(printed);
      if (found === null) throw new Error(`never printed ${what}`);
      return found;
    },
    send: (signal) => void child.kill(signal),
    ended,
  };
}

/** Free ports and a data folder of its own. */
export const elsewhere = (dataDir: string) => ({
  DAOYU_MQTT_PORT: '0',
  DAOYU_WS_PORT: '0',
  DAOYU_HTTP_PORT: '0',
  DAOYU_DATA_DIR: dataDir,
});
