/** Why training ended, by what `metrics.json` calls it. */
const reasons: Readonly<Record<string, string>> = {
  epochs: 'all epochs done',
  patience: 'no more improvement',
  signal: 'interrupted; --resume goes on',
};

/** Why training ended, in words. */
export const stopReason = (stopped: string) => reasons[stopped] ?? stopped;
