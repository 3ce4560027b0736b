import type { EvaluatedUsers } from './evaluate-users.js';
import type { PlottedRun } from './read-plotted-run.js';

/** Why the runs' metrics may not be compared, or undefined where they may. */
export function incomparable(runs: readonly PlottedRun[]): string | undefined {
  const datasets = new Set(
    runs.map(({ config: { dataset: d } }) => {
      return `${d.name} (${d.numUsers} users, ${d.numItems} items, ${d.train} + ${d.validation} + ${d.test} interactions)`;
    }),
  );
  if (datasets.size > 1) {
    return `The runs are of different data, so their metrics don't compare: ${[...datasets].join('; ')}.`;
  }
  const protocols = new Set(runs.map(({ config }) => config.protocol));
  if (protocols.size === 1) return undefined;
  return `The runs are of different protocols, so their metrics don't compare: ${[...protocols].join(', ')}.`;
}

/** What a reader has to know before believing the page. */
export function plotNotes(runs: readonly PlottedRun[], users: EvaluatedUsers): string[] {
  const difference = incomparable(runs);
  return [
    ...(difference === undefined ? [] : [difference]),
    ...runs.flatMap((run) => notesOf(run)),
    ...[...users.problems].map(
      ([{ name }, problem]) => `${name} is missing among the users: ${problem}`,
    ),
  ];
}

function notesOf({ name, history, metrics }: PlottedRun): string[] {
  const notes = [];
  if (history.epochs.length === 0)
    notes.push(`${name} has no curves: no epoch of it has ended yet.`);
  else if (!metrics) {
    notes.push(
      `${name} is not finished: what is shown of it ends with epoch ${history.epochs.at(-1)!.epoch}.`,
    );
  }
  if (history.truncated) {
    notes.push(
      `The last line of ${name}'s history is not whole and left out: it was being written, or training was killed then.`,
    );
  }
  return notes;
}
