/** What the page's script draws. Lists by epoch are parallel to a run's `epochs`. */
export interface PlotData {
  /** Validation metrics, the one that is drawn first at the beginning. */
  readonly metrics: readonly string[];
  /** Terms of the objective in any run, their `total` at the beginning. */
  readonly terms: readonly string[];
  readonly runs: readonly PlotRun[];
  /** The split that the distributions over users are of. */
  readonly split: string;
}

/** A run's curves. */
export interface PlotRun {
  readonly name: string;
  /** The epoch chosen, so far in a run that is not finished. */
  readonly bestEpoch?: number;
  readonly epochs: readonly number[];
  /** Seconds from the start to the end of each epoch. */
  readonly elapsed: readonly number[];
  /** Seconds of training and evaluation in each epoch. */
  readonly seconds: readonly number[];
  /** Only where it changes. */
  readonly learningRate?: readonly Value[];
  readonly losses: Curves;
  readonly valid: Curves;
  /** By metric; absent where they could not be computed. */
  readonly users?: Readonly<Record<string, UserDistribution>>;
}

/** A value, or null in an epoch that has none. */
export type Value = number | null;

/** Values by epoch, by name. */
export type Curves = Readonly<Record<string, readonly Value[]>>;

/** How a metric is spread over users. */
export interface UserDistribution {
  readonly numUsers: number;
  readonly mean: number;
  /** Users with a value above 0: those with a hit. */
  readonly numHit: number;
  /** Users by value: bin i of n holds those above i / n, up to (i + 1) / n. Users without a hit are in none. */
  readonly bins: readonly number[];
}
