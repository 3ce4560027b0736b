import { checkIndices, type ItemLists } from '@mmrec/core';
import { checkCutoff, markHits } from './hit-list.js';
import { resolveMetrics, type RankingMetric, type RankingProtocol } from './ranking-metrics.js';
import { checkListed, itemsOf, type TopK, type TopLists } from './top-k.js';

/** What {@link evaluateRanking} evaluates, and how. */
export interface RankingInputs<Metric extends RankingMetric, Cutoff extends number> {
  /** The ranker. */
  readonly topK: TopK;
  /** Held-out items of each user, lists of all users indexed by user. */
  readonly relevant: ItemLists;
  /** Training items of each user: never recommended, and what makes a user cold. */
  readonly exclude?: ItemLists | undefined;
  /** Users to evaluate; all by default. Those without relevant items are left out. */
  readonly users?: Int32Array | undefined;
  readonly metrics: readonly Metric[];
  /** Cut-offs, integers ≥ 1. */
  readonly ks: readonly Cutoff[];
  /** Ideal DCG and treatment of cold users; `mmrec` by default. */
  readonly protocol?: RankingProtocol;
  /** Whether users without training items count; by default as the protocol says. */
  readonly coldUsers?: 'skip' | 'evaluate';
  /** Items to retrieve for each user, at least the largest cut-off, which is the default. Protocol `lattice` takes its ideal from all of them. */
  readonly listLength?: number;
  /** Users ranked in one call of `topK`, 512 by default. */
  readonly blockSize?: number;
  /** Whether to return the retrieved lists, for beyond-accuracy metrics. */
  readonly keepTopLists?: boolean;
}

/** Values of ranking metrics over users. */
export interface RankingEvaluation<Name extends string = string> {
  readonly protocol: RankingProtocol;
  /** The users evaluated, `[users]`. */
  readonly users: Int32Array;
  /** Means over these users by `metric@k`; NaN when there is none. */
  readonly mean: Readonly<Record<Name, number>>;
  /** Each user's value by `metric@k`, `[users]`, in the order of `users`. */
  readonly perUser: Readonly<Record<Name, Float32Array>>;
  /** The retrieved lists; only with `keepTopLists`. */
  readonly topLists?: TopLists;
}

type MetricAtK<Metric extends RankingMetric, Cutoff extends number> = `${Metric}@${Cutoff}`;

/**
 * Evaluates a ranker on held-out items, block of users by block of users.
 *
 * Memory: a block's lists, and a number for each user and metric; what grows with users × items is
 * never made. Means are of the unrounded values; the values of single users are float32.
 *
 * **Protocols** `mmrec` (the default) and `lattice` differ in the ideal DCG and in whether users
 * without training items are evaluated; see {@link RankingProtocol}. Numbers of the two don't compare.
 *
 * @returns Means and per-user values of every metric at every cut-off.
 * @throws {RangeError} For an unknown metric or protocol, a cut-off or size that is not a positive
 * integer, a user without a list, or a `topK` that returns anything but `users × k` items.
 * @example
 * ```ts
 * const { mean } = await evaluateRanking({
 *   topK: innerProductTopK({
 *     users: new Float32Array([1, 0, 0, 1]),
 *     items: new Float32Array([0.9, 0.1, 0.2, 0.8, 0.5, 0.4]),
 *     dimension: 2,
 *   }),
 *   relevant: { offsets: new Int32Array([0, 1, 2]), items: new Int32Array([0, 2]) },
 *   metrics: ['recall', 'ndcg'],
 *   ks: [1, 2],
 * });
 * mean['recall@1'] // => 0.5
 * mean['ndcg@2'] // => 0.8155
 * ```
 */
export async function evaluateRanking<Metric extends RankingMetric, Cutoff extends number>(
  inputs: RankingInputs<Metric, Cutoff>,
): Promise<RankingEvaluation<MetricAtK<Metric, Cutoff>>> {
  const { topK, relevant, exclude, protocol = 'mmrec', keepTopLists = false } = inputs;
  const { listLength, blockSize } = checkSizes(inputs);
  const users = evaluatedUsers(inputs, protocol);
  const tables = metricTables(inputs, protocol, users.length);
  const kept = keepTopLists ? new Int32Array(users.length * listLength) : undefined;

  for (let start = 0; start < users.length; start += blockSize) {
    const block = users.slice(start, start + blockSize);
    const lists = await topK({ users: block, k: listLength, exclude });
    checkLists(lists, block.length, listLength);
    kept?.set(lists, start * listLength);
    block.forEach((user, at) => {
      const ranked = lists.subarray(at * listLength, (at + 1) * listLength);
      const marked = markHits(ranked, itemsOf(relevant, user));
      for (const table of tables) table.add(start + at, table.value(marked));
    });
  }

  type Name = MetricAtK<Metric, Cutoff>;
  return {
    protocol,
    users,
    mean: Object.fromEntries(tables.map((t) => [t.name, t.mean()])) as Record<Name, number>,
    perUser: Object.fromEntries(tables.map((t) => [t.name, t.values])) as Record<
      Name,
      Float32Array
    >,
    ...(kept && { topLists: { users, items: kept, k: listLength } }),
  };
}

/** Values of one metric at one cut-off, being filled. */
function metricTables(
  { metrics, ks }: RankingInputs<RankingMetric, number>,
  protocol: RankingProtocol,
  numUsers: number,
) {
  return resolveMetrics('evaluateRanking', metrics, protocol).flatMap(([metric, evaluate]) =>
    ks.map((k) => {
      const values = new Float32Array(numUsers);
      let sum = 0;
      return {
        name: `${metric}@${k}`,
        values,
        value: (list: Parameters<typeof evaluate>[0]) => evaluate(list, k),
        add: (at: number, value: number) => {
          values[at] = value;
          sum += value;
        },
        mean: () => sum / numUsers,
      };
    }),
  );
}

function evaluatedUsers(
  inputs: RankingInputs<RankingMetric, number>,
  protocol: RankingProtocol,
): Int32Array {
  const { relevant, exclude, coldUsers = protocol === 'mmrec' ? 'skip' : 'evaluate' } = inputs;
  const numUsers = relevant.offsets.length - 1;
  const users = inputs.users ?? Int32Array.from({ length: numUsers }, (_, user) => user);
  checkIndices('evaluateRanking', { users }, numUsers);
  if (exclude) checkListed('evaluateRanking', { exclude }, users);
  return users.filter((user) => {
    if (itemsOf(relevant, user).length === 0) return false;
    return coldUsers === 'evaluate' || !exclude || itemsOf(exclude, user).length > 0;
  });
}

function checkSizes({ ks, listLength, blockSize = 512 }: RankingInputs<RankingMetric, number>) {
  if (ks.length === 0) {
    throw new RangeError('evaluateRanking: ks must hold at least one cut-off, got none.');
  }
  for (const k of ks) checkCutoff('evaluateRanking', k);
  const longest = Math.max(...ks);
  const length = listLength ?? longest;
  if (!Number.isInteger(length) || length < longest) {
    throw new RangeError(
      `evaluateRanking: listLength must be an integer ≥ ${longest}, the largest cut-off, got ${length}.`,
    );
  }
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new RangeError(`evaluateRanking: blockSize must be an integer ≥ 1, got ${blockSize}.`);
  }
  return { listLength: length, blockSize };
}

function checkLists(lists: Int32Array, numUsers: number, k: number): void {
  if (lists.length === numUsers * k) return;
  throw new RangeError(
    `evaluateRanking: topK must return ${numUsers} × ${k} items, got ${lists.length}.`,
  );
}
