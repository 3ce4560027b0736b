import type { ContentMap } from '@mmrec/train';

/** Features of one item by modality; modalities may be left out. */
export type ItemFeatures = Readonly<Record<string, ArrayLike<number>>>;

/** An item's embedding from its features, `[d]`: the average where no modality is given. */
export function embedContent(
  { average, modalities }: ContentMap,
  item: ItemFeatures,
): Float32Array {
  const d = average.length;
  const sums = Float64Array.from(average);
  for (const [name, { mean, weight }] of Object.entries(modalities)) {
    const values = item[name];
    if (!values) continue;
    for (let column = 0; column < mean.length; column++) {
      const deviation = values[column]! - mean[column]!;
      for (let c = 0; c < d; c++) sums[c]! += deviation * weight[column * d + c]!;
    }
  }
  return Float32Array.from(sums);
}

/** Number of features by modality. */
export const contentColumns = ({ modalities }: ContentMap): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(modalities).map(([name, { mean }]) => [name, mean.length]));
