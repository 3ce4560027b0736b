import { itemsByUser, type FeatureMatrix, type Interactions } from '@mmrec/core';
import {
  giniIndex,
  intraListDiversity,
  itemCoverage,
  novelty,
  popularityLift,
  retrievedPairs,
  type RankingMetric,
  type RankingProtocol,
  type TopLists,
} from '@mmrec/metrics';
import { evaluate, readRunMetrics, type Run } from '@mmrec/train';
import { dispose } from '@tensorflow/tfjs-core';
import { embeddingsOf } from '../open-run.js';
import { meanOf, seedMean } from '../seed-mean.js';
import type { RunGroup } from './group-runs.js';

/** What runs are measured on. */
export interface MeasureInputs {
  readonly train: Interactions;
  readonly heldOut: Interactions;
  readonly protocol: RankingProtocol;
  readonly metrics: readonly RankingMetric[];
  readonly k: number;
  /** For the diversity of lists; absent: it is not measured. */
  readonly features?: FeatureMatrix | undefined;
}

/** Runs that differ in their seed alone, measured. Figures are means over the runs. */
export interface MeasuredGroup {
  readonly name: string;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  /** The users evaluated, the same for every group. */
  readonly users: Int32Array;
  /** Each user's values by `metric@k`, `[users]`. */
  readonly perUser: Readonly<Record<string, Float64Array>>;
  /** Standard deviation of the runs' means by `metric@k`; absent for a single run. */
  readonly deviation?: Readonly<Record<string, number>>;
  /** Held-out pairs: their items, and the share of the runs that retrieved them. */
  readonly pairs: { readonly items: Int32Array; readonly retrieved: Float64Array };
  readonly beyondAccuracy: Readonly<Record<string, number>>;
  /** Absent figures: the run was not finished. */
  readonly cost: Readonly<Record<'seconds' | 'epochs' | 'peakMemoryMB', number | undefined>> & {
    readonly parameters: number;
  };
}

/** Evaluates every run of a group and averages what comes out. */
export async function measureRuns(
  { name, runs }: RunGroup,
  inputs: MeasureInputs,
): Promise<MeasuredGroup> {
  const measured: Awaited<ReturnType<typeof measureRun>>[] = [];
  for (const run of runs) measured.push(await measureRun(run, inputs));
  const [first] = measured;
  const names = Object.keys(first!.perUser);
  const average = <T>(values: (one: (typeof measured)[number]) => T) => measured.map(values);
  return {
    name,
    runs: runs.map(({ folder }) => folder),
    seeds: runs.map(({ config }) => config.seed),
    users: first!.users,
    perUser: byName(names, (metric) => meanOfArrays(average((one) => one.perUser[metric]!))),
    ...(runs.length > 1 && {
      deviation: byName(
        names,
        (metric) => seedMean(average((one) => one.mean[metric]!)).deviation!,
      ),
    }),
    pairs: {
      items: first!.pairs.items,
      retrieved: meanOfArrays(average((one) => one.pairs.hits)),
    },
    beyondAccuracy: byName(Object.keys(first!.beyondAccuracy), (figure) =>
      meanOf(average((one) => one.beyondAccuracy[figure]!)),
    ),
    cost: {
      seconds: meanOfKnown(average((one) => one.metrics?.seconds)),
      epochs: meanOfKnown(average((one) => one.metrics?.epochs)),
      peakMemoryMB: meanOfKnown(average((one) => one.metrics?.peakMemoryMB)),
      parameters: first!.parameters,
    },
  };
}

async function measureRun(
  run: Run,
  { train, heldOut, protocol, metrics, k, features }: MeasureInputs,
) {
  const embeddings = embeddingsOf(run);
  const { users, mean, perUser, topLists } = await evaluate(
    embeddings,
    { train, heldOut },
    { protocol, metrics, ks: [k], keepTopLists: true },
  );
  dispose([embeddings.users, embeddings.items]);
  const lists = firstPlaces(topLists!, k);
  const history = itemsByUser(train);
  const { numItems } = train;
  const beyondAccuracy: Record<string, number> = {
    coverage: itemCoverage(lists, numItems),
    gini: giniIndex(lists, numItems),
    'novelty, bits': novelty(lists, history, numItems),
    'popularity lift': popularityLift(lists, history, numItems),
    ...(features && { diversity: intraListDiversity(lists, features) }),
  };
  return {
    ...{ users, mean, perUser },
    pairs: retrievedPairs(lists, itemsByUser(heldOut)),
    beyondAccuracy,
    metrics: await readRunMetrics(run.folder),
    parameters: parametersOf(run),
  };
}

/** The lists' first k places: protocol lattice retrieves more. */
function firstPlaces(lists: TopLists, k: number): TopLists {
  if (lists.k === k) return lists;
  const items = lists.items.filter((_, at) => at % lists.k < k);
  return { users: lists.users, items, k };
}

/** Numbers that the model keeps, its buffers included; the final embeddings are made from them. */
function parametersOf({ tensors }: Run): number {
  return Object.entries(tensors)
    .filter(([name]) => name !== 'user_embeddings' && name !== 'item_embeddings')
    .reduce((sum, [, { data }]) => sum + data.length, 0);
}

function byName<T>(names: readonly string[], value: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

function meanOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : meanOf(known);
}

function meanOfArrays(arrays: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(arrays[0]!, (_, at) => meanOf(arrays.map((array) => array[at]!)));
}
