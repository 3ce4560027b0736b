import type { FitCallbacks } from '../fit-callbacks.js';

/** Callbacks that call those of several watchers, one after the other, in the order given. */
export function combineCallbacks(...watchers: readonly FitCallbacks[]): FitCallbacks {
  const each = async (call: (watcher: FitCallbacks) => void | Promise<void>) => {
    for (const watcher of watchers) await call(watcher);
  };
  return {
    onBatch: (progress) => {
      for (const watcher of watchers) watcher.onBatch?.(progress);
    },
    onEpoch: (record) => each((watcher) => watcher.onEpoch?.(record)),
    onBest: (record) => each((watcher) => watcher.onBest?.(record)),
    onStart: (history) => each((watcher) => watcher.onStart?.(history)),
    onCheckpoint: (chosen) => each((watcher) => watcher.onCheckpoint?.(chosen)),
    onEnd: (result) => each((watcher) => watcher.onEnd?.(result)),
  };
}
