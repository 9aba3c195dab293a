/** Runs the platform as a child process that shares our output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

export interface PlatformRun {
  /** Resolves with a sentence when it ends by itself. */
  readonly ended: Promise<string>;
  /** Stops it and waits until it has ended. */
  close(): Promise<void>;
}

/** Appends under way wait for NATS no longer than this. */
const STOP_WITHIN_MS = 40_000;

export function runPlatform(options: {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}): PlatformRun {
  const [main = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, main, ...options.arguments], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const exited = once(child, 'exit');
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void exited.finally(() => process.off('exit', killAtExit));
  return {
    ended: exited.then(([code]) => `the platform ended with code ${code}`),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const isOver = await Promise.race([exited.then(() => true), wait(STOP_WITHIN_MS, false, { ref: false })]);
      if (!isOver) child.kill('SIGKILL');
      await exited;
    },
  };
}
