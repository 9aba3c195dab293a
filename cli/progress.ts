/** A progress bar on a terminal, otherwise a line at each tenth. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

export function createProgress(title: string): Progress {
  if (!process.stderr.isTTY) return linesOf(title);
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% {value}/{total} {note}`, hideCursor: true, stream: process.stderr },
    Presets.rect,
  );
  let isStarted = false;
  return {
    update(done, total, note = '') {
      if (!isStarted) bar.start(total, done, { note });
      else bar.update(done, { note });
      isStarted = true;
    },
    stop() {
      if (isStarted) bar.stop();
    },
  };
}

function linesOf(title: string): Progress {
  let tenth = -1;
  return {
    update(done, total, note = '') {
      const now = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (now === tenth) return;
      tenth = now;
      process.stderr.write(`${title}: ${done}/${total} ${note}\n`);
    },
    stop() {},
  };
}
