import { clearMissingRows, type FeatureMatrix, type Interactions } from '@mmrec/core';
import {
  completionOptions,
  type CompletionMethod,
  type CompletionOptions,
} from './completion-options.js';
import {
  completionTarget,
  type CompletedRows,
  type CompletionTarget,
} from './completion-target.js';

/** What is to be completed, and what may help. */
export interface CompletionInputs {
  /** By modality, a row an item; those that are `missing` are made up. */
  readonly features: Readonly<Record<string, FeatureMatrix>>;
  /** Training interactions: `propagation` then goes over co-occurrences as well. Never held-out ones. */
  readonly interactions?: Interactions | undefined;
}

/** Features without gaps. */
export interface Completion {
  /** By modality, as given, without `missing`; a modality that nobody lacks is the same object. */
  readonly features: Record<string, FeatureMatrix>;
  /** By modality that items lacked: how many were completed, and for how many of them only by the mean. */
  readonly counts: Record<string, { readonly completed: number; readonly byMean: number }>;
}

/**
 * Makes up the features of items that lack a modality, from items that have it. What is known stays as it is, bit for
 * bit, and what stands in the rows of missing items has no influence. Nothing is drawn.
 *
 * With $x$ the modality, $K$ the items that have it and $z$ an item's other modalities:
 *
 * - `mean`: $x_i = \bar x_K$.
 * - `neighbors`: $x_i = \frac{1}{k} \sum_{j \in \mathrm{top}_k(i)} x_j$ over items of K, nearest by the sum of the
 *   cosines in the modalities that i has, each centred on its mean.
 * - `propagation`: $X \leftarrow \hat A X$, the rows of K put back after each step, on deviations from the mean, with
 *   $\hat A$ the row-normalised sum of two graphs of nearest items: by co-occurrence in `interactions`, and by the
 *   cosine of the other modalities.
 * - `learned`: $x_i = W z_i$, by ridge regression on the items of K that have what i has; λ is chosen on every fifth
 *   of them (`fitRidge` of `@mmrec/ops`).
 *
 * An item for which a method has nothing to go by gets the mean. `neighbors` and `learned` know nothing of
 * `interactions`. They compute on the current back end: call `useBackend` first. Cost: `neighbors` missing · known
 * products of the other modalities' rows; `propagation` those of all items, and steps · edges · columns; `learned`
 * see `fitRidge`.
 *
 * @param inputs - Features, not changed; interactions for `propagation`.
 * @param given - `method` (`learned`), `numNeighbors` (50), `numIterations` (40).
 * @throws {TypeError | RangeError} For an unknown option or one out of range, matrices of different numbers of rows,
 *   or a modality that no item has.
 * @see Rossi et al., On the unreasonable effectiveness of feature propagation in learning on graphs with missing node
 *   features, LoG 2022. https://arxiv.org/abs/2111.12128
 * @see Malitesta et al., Do we really need to drop items with missing modalities in multimodal recommendation?, CIKM
 *   2024. https://arxiv.org/abs/2408.11767
 * @example
 * ```ts
 * const visual = { rows: 3, columns: 1, data: Float32Array.of(1, 3, 0), missing: Uint8Array.of(0, 0, 1) };
 * const { features, counts } = await completeFeatures({ features: { visual } }, { method: 'mean' });
 * [...features['visual']!.data] // => [1, 3, 2]
 * counts['visual'] // => { completed: 1, byMean: 1 }
 * ```
 */
export async function completeFeatures(
  { features, interactions }: CompletionInputs,
  given: Partial<CompletionOptions> = {},
): Promise<Completion> {
  const options = completionOptions.resolve('completeFeatures', given);
  checkRows(features, interactions);
  const cleared = Object.entries(features).map(
    ([name, matrix]) => [name, clearMissingRows(matrix)] as const,
  );
  const complete = await methodOf(options.method);
  const completed = { ...features };
  const counts: Completion['counts'] = {};
  for (const [name, matrix] of cleared) {
    if (!matrix.missing?.includes(1)) continue;
    const others = cleared.flatMap(([other, x]) => (other === name ? [] : [x]));
    const target = completionTarget(matrix, { others, interactions, options });
    if (target.known.length === 0) {
      throw new RangeError(
        `completeFeatures: ${name} features must be there for at least one item, got none.`,
      );
    }
    const rows = complete(target);
    completed[name] = insertRows(target, rows);
    const byMean = rows.unknown.reduce((sum, flag) => sum + flag, 0);
    counts[name] = { completed: target.missing.length, byMean };
  }
  return { features: completed, counts };
}

/** A method, loaded when it is used: what only reads files needs no TensorFlow.js. */
async function methodOf(
  method: CompletionMethod,
): Promise<(target: CompletionTarget) => CompletedRows> {
  switch (method) {
    case 'mean':
      return byMean;
    case 'neighbors':
      return (await import('./complete-by-neighbors.js')).completeByNeighbors;
    case 'propagation':
      return (await import('./complete-by-propagation.js')).completeByPropagation;
    case 'learned':
      return (await import('./complete-by-regression.js')).completeByRegression;
  }
}

const byMean = ({ matrix, missing }: CompletionTarget): CompletedRows => ({
  data: new Float32Array(missing.length * matrix.columns),
  unknown: new Uint8Array(missing.length).fill(1),
});

function insertRows(
  { matrix: { rows, columns, data: known }, missing, mean }: CompletionTarget,
  { data: made, unknown }: CompletedRows,
): FeatureMatrix {
  const data = known.slice();
  missing.forEach((row, at) => {
    const values = unknown[at] ? mean : made.subarray(at * columns, (at + 1) * columns);
    data.set(values, row * columns);
  });
  return { rows, columns, data };
}

function checkRows(
  features: Readonly<Record<string, FeatureMatrix>>,
  interactions: Interactions | undefined,
): void {
  const entries = Object.entries(features);
  const expected = interactions?.numItems ?? entries[0]?.[1].rows;
  for (const [name, { rows }] of entries) {
    if (rows === expected) continue;
    throw new RangeError(
      `completeFeatures: ${name} features must have ${expected} rows, one an item, got ${rows}.`,
    );
  }
}
