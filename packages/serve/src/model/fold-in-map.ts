import { countItems, type ItemLists } from '@mmrec/core';
import { fitRidge, type DenseRows } from '@mmrec/ops';

/** An affine map from what a history sums up to, to a user's embedding. */
export interface FoldInMap {
  /** W, row-major, `[2 d, d]`. */
  readonly weight: Float32Array;
  /** b, `[d]`. */
  readonly intercept: Float32Array;
  /** Share of the trained users' variance that the map leaves unexplained on users held out. */
  readonly error?: number | undefined;
}

/** What a fold-in map is fitted to. */
export interface FoldInExamples {
  /** Row-major, `[numUsers · d]`. */
  readonly userEmbeddings: Float32Array;
  /** Row-major, `[numItems · d]`. */
  readonly itemEmbeddings: Float32Array;
  readonly embeddingSize: number;
  /** The training items of each user. */
  readonly histories: ItemLists;
}

/** Users that the map is fitted to, at most: more don't make $4 d^2$ weights any better. */
const mostExamples = 50_000;

/**
 * Learns how a trained model's user embeddings come from what the users had, so that a new user gets an embedding
 * from a handful of items, without training: for users with training items,
 *
 * $$u \approx z(H) W + b, \qquad z(H) = \Big[ \tfrac1{|H|} \sum_{i \in H} e_i, \; \tfrac1{\sqrt{|H|}} \sum_{i \in H} \tfrac{e_i}{\sqrt{d_i}} \Big]$$
 *
 * with $e_i$ the final item embeddings and $d_i$ the number of users who had item i. The first half is the mean taste,
 * the second what a graph convolution passes to a user. W by ridge regression, its penalty chosen on users held out.
 * Works for any model that scores by inner product; the score of an item is then a sum over the history's items,
 * which is what explanations show.
 *
 * @returns The identity on the mean, where fewer than 2 users have a history.
 */
export function fitFoldIn(examples: FoldInExamples): FoldInMap {
  const { userEmbeddings, embeddingSize: d, histories } = examples;
  const summarize = createHistorySummary(examples);
  const { offsets } = histories;
  const known = Array.from({ length: offsets.length - 1 }, (_, user) => user).filter(
    (user) => offsets[user + 1]! > offsets[user]!,
  );
  if (known.length < 2) return meanMap(d);
  const step = Math.max(1, known.length / mostExamples);
  const users = Array.from(
    { length: Math.floor(known.length / step) },
    (_, at) => known[Math.floor(at * step)]!,
  );
  const inputs: DenseRows = {
    rows: users.length,
    columns: 2 * d,
    data: new Float32Array(users.length * 2 * d),
  };
  const targets: DenseRows = {
    rows: users.length,
    columns: d,
    data: new Float32Array(users.length * d),
  };
  users.forEach((user, row) => {
    const history = histories.items.subarray(offsets[user]!, offsets[user + 1]!);
    inputs.data.set(summarize(history), row * 2 * d);
    targets.data.set(userEmbeddings.subarray(user * d, (user + 1) * d), row * d);
  });
  const { weight, means, heldOutError } = fitRidge({ inputs, targets });
  const intercept = Float32Array.from(means.targets);
  for (let column = 0; column < d; column++) {
    for (let row = 0; row < 2 * d; row++)
      intercept[column]! -= means.inputs[row]! * weight[row * d + column]!;
  }
  return { weight, intercept, error: heldOutError };
}

/** Only the mean of the items' embeddings. */
function meanMap(d: number): FoldInMap {
  const weight = new Float32Array(2 * d * d);
  for (let column = 0; column < d; column++) weight[column * d + column] = 1;
  return { weight, intercept: new Float32Array(d) };
}

/**
 * The summary z of a history (see {@link fitFoldIn}), `[2 d]`, linear in the items.
 *
 * @param size - $|H|$, the history's length by default; another one gives the part of some items in a longer history.
 */
export type HistorySummary = (history: ArrayLike<number>, size?: number) => Float32Array;

/** Summaries of histories over some items. */
export function createHistorySummary({
  itemEmbeddings,
  embeddingSize: d,
  histories,
}: Omit<FoldInExamples, 'userEmbeddings'>): HistorySummary {
  const share = inverseRootDegrees(histories, itemEmbeddings.length / d);
  return (history, size = history.length) => {
    const summary = new Float32Array(2 * d);
    const [meanWeight, rootWeight] = [1 / size, 1 / Math.sqrt(size)];
    for (let at = 0; at < history.length; at++) {
      const item = history[at]!;
      const start = item * d;
      const passed = rootWeight * share[item]!;
      for (let c = 0; c < d; c++) {
        const value = itemEmbeddings[start + c]!;
        summary[c]! += meanWeight * value;
        summary[d + c]! += passed * value;
      }
    }
    return summary;
  };
}

/** $1 / \sqrt{d_i}$ by item; 1 for items that nobody had. */
function inverseRootDegrees(histories: ItemLists, numItems: number): Float32Array {
  return Float32Array.from(
    countItems(histories, numItems),
    (degree) => 1 / Math.sqrt(Math.max(degree, 1)),
  );
}

/** $z W + b$, `[d]`. */
export function mapSummary({ weight, intercept }: FoldInMap, summary: Float32Array): Float32Array {
  const d = intercept.length;
  const user = intercept.slice();
  for (let row = 0; row < summary.length; row++) {
    const value = summary[row]!;
    const start = row * d;
    for (let column = 0; column < d; column++) user[column]! += value * weight[start + column]!;
  }
  return user;
}

/** $W e$, `[2 d]`: its inner product with a summary is what the summary adds to the score of an item e. */
export function weightsOfScore({ weight, intercept }: FoldInMap, item: Float32Array): Float32Array {
  const d = intercept.length;
  const weights = new Float32Array(weight.length / d);
  for (let row = 0; row < weights.length; row++) {
    let sum = 0;
    for (let column = 0; column < d; column++) sum += weight[row * d + column]! * item[column]!;
    weights[row] = sum;
  }
  return weights;
}
