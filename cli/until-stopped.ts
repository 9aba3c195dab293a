/** Ctrl-C and SIGTERM as one signal: the first asks for an orderly end, the second ends at once. */

/** After everything was closed nothing should hold the process; what does is named, and waited for no longer. */
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

/** To be called when all is closed and kept: an operator who stopped the program gets it stopped, whatever a library left open. */
export function endSoon(withinMs = LEFT_OPEN_MS): void {
  const timer = setTimeout(() => {
    process.stderr.write(`left open at the end: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit();
  }, withinMs);
  timer.unref();
}
