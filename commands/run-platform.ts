/** The platform as a process of its own, its output on ours. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface PlatformRun {
  /** Resolves with a sentence when it ends by itself. */
  readonly ended: Promise<string>;
  /** Tells it to stop and waits until it has. */
  close(): Promise<void>;
}

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
  return {
    ended: exited.then(([code]) => `the platform ended with code ${code}`),
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}
