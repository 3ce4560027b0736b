/**
 * Aborts when the process is asked to end, by Ctrl-C or by another process. A second time ends it at once.
 *
 * @param onStop - Called when it is asked.
 */
export function stopOnSignals(onStop: () => void): {
  readonly signal: AbortSignal;
  /** Signals end the process again. */
  dispose(): void;
} {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const abort = new AbortController();
  const dispose = () => {
    for (const name of signals) process.removeListener(name, stop);
  };
  const stop = () => {
    dispose();
    abort.abort();
    onStop();
  };
  for (const name of signals) process.on(name, stop);
  return { signal: abort.signal, dispose };
}
