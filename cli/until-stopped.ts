/** Ctrl-C and SIGTERM as one signal: the first requests an orderly end, the second ends at once. */

/** After everything is closed nothing should keep the process alive; anything that does is named and not waited for. */
const LEFT_OPEN_MS = 5000;

export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** Resolves when the signal fires. */
export function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Call once everything is closed and stored: the program ends even if a library has left something open. */
export function endSoon(withinMs = LEFT_OPEN_MS): void {
  const timer = setTimeout(() => {
    process.stderr.write(`still open at the end: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit();
  }, withinMs);
  timer.unref();
}
