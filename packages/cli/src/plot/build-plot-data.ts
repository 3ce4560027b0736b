import type { EpochRecord } from '@mmrec/train';
import type { Curves, PlotData, PlotRun, Value } from './plot-data.js';
import type { PlottedRun } from './read-plotted-run.js';
import type { EvaluatedUsers } from './evaluate-users.js';

/** What the page draws, besides the histories. */
export interface PlotDataInputs {
  readonly metrics: readonly string[];
  readonly users: EvaluatedUsers;
}

/** Collects what the page draws. Numbers keep the digits that can be seen, so that the page stays small. */
export function buildPlotData(
  runs: readonly PlottedRun[],
  { metrics, users }: PlotDataInputs,
): PlotData {
  const names = runs.flatMap(({ history }) => lossTerms(history.epochs));
  return {
    metrics,
    terms: [...new Set(['total', ...names])].filter((name) => names.includes(name)),
    runs: runs.map((run) => ({ ...curvesOf(run), ...optional('users', users.byRun.get(run)) })),
    split: users.split,
  };
}

const lossTerms = (epochs: readonly EpochRecord[]) => [
  ...new Set(epochs.flatMap(({ losses }) => Object.keys(losses))),
];

function curvesOf({ name, best, history: { epochs } }: PlottedRun): PlotRun {
  const seconds = epochs.map((record) => record.seconds + (record.evaluationSeconds ?? 0));
  let sum = 0;
  const elapsed = seconds.map((each) => (sum += each));
  const valid = [...new Set(epochs.flatMap((record) => Object.keys(record.valid ?? {})))];
  return {
    name,
    ...optional('bestEpoch', best?.epoch),
    epochs: epochs.map(({ epoch }) => epoch),
    elapsed: elapsed.map((each) => round(each, 6)!),
    seconds: seconds.map((each) => round(each, 4)!),
    ...optional('learningRate', changingRate(epochs)),
    losses: curves(lossTerms(epochs), (term) => epochs.map(({ losses }) => losses[term])),
    valid: curves(valid, (metric) => epochs.map((record) => record.valid?.[metric])),
  };
}

function curves(
  names: readonly string[],
  valuesOf: (name: string) => readonly (number | undefined)[],
): Curves {
  return Object.fromEntries(
    names.map((name) => [name, valuesOf(name).map((value) => round(value, 5))]),
  );
}

function changingRate(epochs: readonly EpochRecord[]): readonly Value[] | undefined {
  const rates = epochs.map(({ learningRate }) => round(learningRate, 5));
  return new Set(rates).size > 1 ? rates : undefined;
}

/** A value to some significant digits; null for what is no number. */
function round(value: number | null | undefined, digits: number): Value {
  return typeof value === 'number' && Number.isFinite(value)
    ? Number(value.toPrecision(digits))
    : null;
}

/** The property, or nothing where it has no value. */
function optional<Name extends string, T>(name: Name, value: T | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: T };
}
