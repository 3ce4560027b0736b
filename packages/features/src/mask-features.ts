import { defineOptions, type FeatureMatrix, type Rng } from '@mmrec/core';

/** Options of {@link maskFeatures}. */
export interface MaskFeaturesOptions {
  /** Share of the items that lose their features, `[0, 1]`; rounded to whole items. */
  readonly share: number;
  /** What they get instead: zeros, or the mean of the rows that are left. */
  readonly fill: 'zero' | 'mean';
}

/** {@link MaskFeaturesOptions}, and groups to draw from. */
export interface StratifiedMaskOptions extends MaskFeaturesOptions {
  /**
   * Items in groups that lose the same share each, such as new, cold and warm ones, whatever their sizes; absent: all
   * items are one group. An item in no group loses nothing.
   */
  readonly strata: readonly Int32Array[];
}

const options = defineOptions<MaskFeaturesOptions>({
  share: {
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    description: 'Share of the items that lose their features.',
  },
  fill: {
    kind: 'choice',
    default: 'zero',
    choices: ['zero', 'mean'],
    description: 'What they get instead.',
  },
});

/**
 * Takes the features of a share of the items away, to see how much of a result hangs on them.
 *
 * Which items depends on the source and the number of rows only: another modality, or a larger share, loses the
 * same ones, or these and more.
 *
 * @param features - Not changed.
 * @param rng - Draws the items.
 * @param given - `share` (0.5) and `fill` (`zero`); `strata`, groups of items that lose this share each.
 * @returns A copy. With zeros, the items that lost their features are marked in `missing`; the mean is that of
 *   the rows that are left and were not missing before.
 * @throws {TypeError | RangeError} For an unknown option or one out of range.
 * @example
 * ```ts
 * import { createRng } from '@mmrec/core';
 * const features = { rows: 4, columns: 1, data: Float32Array.of(1, 2, 3, 4) };
 * const { data } = maskFeatures(features, createRng(1), { share: 0.25 });
 * data.filter((value) => value === 0).length // => 1
 * ```
 */
export function maskFeatures(
  features: FeatureMatrix,
  rng: Rng,
  { strata, ...given }: Partial<StratifiedMaskOptions> = {},
): FeatureMatrix {
  const { share, fill } = options.resolve('maskFeatures', given);
  const { rows, columns } = features;
  const groups = strata ?? [Int32Array.from({ length: rows }, (_, row) => row)];
  const stream = rng.stream('items');
  const lost = groups.flatMap((group) => [
    ...stream.shuffle(group.slice()).subarray(0, Math.round(share * group.length)),
  ]);
  const missing = features.missing?.slice() ?? new Uint8Array(rows);
  for (const row of lost) missing[row] = 1;
  const data = features.data.slice();
  const row = fill === 'mean' ? meanOfRows(features, missing) : new Float32Array(columns);
  for (const item of lost) {
    // What was missing before stays zero, and marked.
    if (!features.missing?.[item]) data.set(row, item * columns);
  }
  if (fill === 'zero') return { rows, columns, data, missing };
  return { ...features, data };
}

/** The mean of the rows that are not missing; zeros if all are. */
function meanOfRows({ rows, columns, data }: FeatureMatrix, missing: Uint8Array): Float32Array {
  const sums = new Float64Array(columns);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (missing[row]) continue;
    count++;
    for (let c = 0; c < columns; c++) sums[c]! += data[row * columns + c]!;
  }
  return Float32Array.from(sums, (sum) => (count === 0 ? 0 : sum / count));
}
