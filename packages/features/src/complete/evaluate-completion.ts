import { clearMissingRows, defineOptions, type FeatureMatrix, type Rng } from '@mmrec/core';
import { completeFeatures, type CompletionInputs } from './complete-features.js';
import {
  completionMethods,
  type CompletionMethod,
  type CompletionOptions,
} from './completion-options.js';
import { meanOfRows } from './completion-target.js';

/** How {@link evaluateCompletion} judges. */
export interface CompletionEvaluationOptions extends Omit<Partial<CompletionOptions>, 'method'> {
  /** Draws the rows that are hidden. */
  readonly rng: Rng;
  /** Share of the rows that are there to hide, above 0 and below 1; default 0.2. */
  readonly share?: number;
  /** Methods to judge; by default all. */
  readonly methods?: readonly CompletionMethod[];
}

/** How well a method makes up the rows of one modality that were hidden from it. */
export interface CompletionScore {
  readonly modality: string;
  readonly method: CompletionMethod;
  /** Rows hidden and made up. */
  readonly rows: number;
  /** $\lVert \hat X - X \rVert / \lVert \bar x - X \rVert$: 1 for the mean of the rows left, 0 for the truth. */
  readonly error: number;
  /** Mean cosine of the rows made up and the true ones, both as deviations from the mean; 0 for the mean. */
  readonly cosine: number;
}

const shareOptions = defineOptions<{ share: number }>({
  share: { kind: 'number', default: 0.2, above: 0, below: 1, description: 'Share hidden.' },
});

/**
 * Judges the ways to complete features by what is known: hides a share of each modality's rows, one modality after
 * the other, has them made up from what is left, and compares with the truth.
 *
 * @param inputs - As for {@link completeFeatures}; items may lack modalities already.
 * @param options - `rng`; `share` (0.2), `methods` (all), `numNeighbors`, `numIterations`.
 * @returns A score for each modality and method, in their order.
 * @throws {TypeError | RangeError} For options that are not allowed, and as {@link completeFeatures}.
 * @example
 * ```ts
 * import { createRng } from '@mmrec/core';
 * import { useBackend } from '@mmrec/ops';
 * await useBackend('cpu');
 * const column = (scale: number) => ({ rows: 20, columns: 1, data: Float32Array.from({ length: 20 }, (_, n) => scale * n) });
 * const features = { visual: column(1), textual: column(-3) };
 * const scores = await evaluateCompletion({ features }, { rng: createRng(1), methods: ['mean', 'learned'] });
 * scores.map(({ error }) => Math.round(100 * error)) // => [100, 0, 100, 0]
 * ```
 */
export async function evaluateCompletion(
  { features, interactions }: CompletionInputs,
  { rng, share: givenShare, methods = completionMethods, ...given }: CompletionEvaluationOptions,
): Promise<CompletionScore[]> {
  const { share } = shareOptions.resolve('evaluateCompletion', { share: givenShare! });
  const scores: CompletionScore[] = [];
  for (const [modality, matrix] of Object.entries(features)) {
    const truth = clearMissingRows(matrix);
    const hidden = drawKnownRows(truth, share, rng.fork(modality));
    const missing = truth.missing?.slice() ?? new Uint8Array(truth.rows);
    for (const row of hidden) missing[row] = 1;
    const left = { ...truth, missing };
    for (const method of methods) {
      const inputs = { features: { ...features, [modality]: left }, interactions };
      const completed = await completeFeatures(inputs, { ...given, method });
      scores.push({
        ...{ modality, method, rows: hidden.length },
        ...compareRows(completed.features[modality]!, { truth, hidden, mean: meanOfKnown(left) }),
      });
    }
  }
  return scores;
}

function drawKnownRows({ rows, missing }: FeatureMatrix, share: number, rng: Rng): Int32Array {
  const known = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !missing?.[row]);
  const count = Math.min(Math.max(1, Math.round(share * known.length)), known.length - 1);
  if (count < 1) {
    throw new RangeError(
      `evaluateCompletion: features must be there for at least 2 items, got ${known.length}.`,
    );
  }
  return rng.stream('hidden').shuffle(known).slice(0, count);
}

function meanOfKnown(matrix: FeatureMatrix): Float32Array {
  const rows = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  return meanOfRows(
    matrix,
    rows.filter((row) => !matrix.missing?.[row]),
  );
}

interface Truth {
  readonly truth: FeatureMatrix;
  readonly hidden: Int32Array;
  readonly mean: Float32Array;
}

function compareRows(
  made: FeatureMatrix,
  { truth, hidden, mean }: Truth,
): { readonly error: number; readonly cosine: number } {
  let [errors, deviations, cosines] = [0, 0, 0];
  for (const row of hidden) {
    let [error, ofMade, ofTruth, product] = [0, 0, 0, 0];
    for (let c = 0; c < truth.columns; c++) {
      const at = row * truth.columns + c;
      const [a, b] = [made.data[at]! - mean[c]!, truth.data[at]! - mean[c]!];
      error += (a - b) ** 2;
      ofMade += a * a;
      ofTruth += b * b;
      product += a * b;
    }
    errors += error;
    deviations += ofTruth;
    cosines += product === 0 ? 0 : product / Math.sqrt(ofMade * ofTruth);
  }
  return {
    error: deviations === 0 ? 0 : Math.sqrt(errors / deviations),
    cosine: cosines / hidden.length,
  };
}
