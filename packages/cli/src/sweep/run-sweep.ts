import { meanOf } from '../seed-mean.js';
import { planConfigurations, trialsOf, type Configuration, type Trial } from './plan-trials.js';
import type { SweepSpec } from './sweep-spec.js';

/** A trial to be trained up to an epoch. */
export interface TrialTask extends Trial {
  /** Largest number of epochs; undefined: the model's own. */
  readonly epochs: number | undefined;
}

/** How a trial ended. */
export type TrialOutcome = { readonly task: TrialTask } & (
  | {
      readonly status: 'finished';
      readonly valid: Readonly<Record<string, number>>;
      readonly test?: Readonly<Record<string, number>> | undefined;
      readonly epochs: number;
      readonly seconds: number;
    }
  | { readonly status: 'failed'; readonly message: string }
);

/** Trains tasks, in whatever order and place, and gives an outcome for each, in the tasks' order. */
export type ExecuteTrials = (tasks: readonly TrialTask[]) => Promise<TrialOutcome[]>;

/** A configuration with the outcomes of its last round. */
export interface SweptConfiguration {
  readonly configuration: Configuration;
  /** The last round that it took part in, from 1. */
  readonly round: number;
  readonly outcomes: readonly TrialOutcome[];
}

/**
 * Runs a sweep: every configuration once for each seed; in successive halving, the better ones of each model again
 * for more epochs, round by round. What goes on is chosen by the mean validation metric over seeds; the test split
 * plays no part.
 *
 * @param execute - Trains; the same tasks always have the same outcomes.
 * @see Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, AISTATS 2016.
 */
export async function runSweep(
  spec: SweepSpec,
  execute: ExecuteTrials,
): Promise<SweptConfiguration[]> {
  const { search, seeds, metric } = spec;
  const rounds = search.method === 'halving' ? search.rounds : [spec.epochs];
  const swept = new Map<string, SweptConfiguration>();
  let alive = planConfigurations(spec);
  for (const [round, epochs] of rounds.entries()) {
    const tasks = alive.flatMap((configuration) =>
      trialsOf(configuration, seeds).map((trial) => ({ ...trial, epochs })),
    );
    const outcomes = await execute(tasks);
    alive.forEach((configuration, at) => {
      const own = outcomes.slice(at * seeds.length, (at + 1) * seeds.length);
      swept.set(configuration.id, { configuration, round: round + 1, outcomes: own });
    });
    if (search.method !== 'halving') break;
    const ranked = rank([...swept.values()], metric).filter((one) => one.round === round + 1);
    alive = best(ranked, search.keep).map(({ configuration }) => configuration);
  }
  return rank([...swept.values()], metric);
}

/** The first share of each model's configurations, at least one of each. */
function best(ranked: readonly SweptConfiguration[], keep: number): SweptConfiguration[] {
  const modelOf = ({ configuration }: SweptConfiguration) => configuration.model;
  return [...new Set(ranked.map(modelOf))].flatMap((model) => {
    const own = ranked.filter((one) => modelOf(one) === model);
    return own.slice(0, Math.max(1, Math.floor(own.length * keep)));
  });
}

/** Later rounds first, then by the mean validation metric; what failed comes last. Stable. */
function rank(swept: readonly SweptConfiguration[], metric: string): SweptConfiguration[] {
  const score = ({ outcomes }: SweptConfiguration) => meanValid(outcomes, metric) ?? -Infinity;
  return [...swept].sort((a, b) => b.round - a.round || score(b) - score(a) || 0);
}

/** Mean of the validation metric over seeds; undefined when one of them failed. */
export function meanValid(outcomes: readonly TrialOutcome[], metric: string): number | undefined {
  const values = outcomes.map((one) => (one.status === 'finished' ? one.valid[metric] : undefined));
  if (values.some((value) => value === undefined)) return undefined;
  return meanOf(values as number[]);
}
