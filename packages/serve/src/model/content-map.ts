import type { FeatureMatrix } from '@mmrec/core';
import type { ContentEmbedding } from '@mmrec/train';

/** Features of one item by modality; modalities may be left out. */
export type ItemFeatures = Readonly<Record<string, ArrayLike<number>>>;

/** Makes an item's embedding from its features. */
export interface ContentMap {
  /** Number of features by modality. */
  readonly columns: Readonly<Record<string, number>>;
  /** The embedding, `[d]`; the mean embedding where no modality is given. */
  embed(features: ItemFeatures): Float32Array;
}

/**
 * Wraps a map that was learned from the items with training interactions (`fitContentEmbedding` of `@mmrec/train`)
 * for single items.
 */
export function createContentMap(
  embed: ContentEmbedding,
  features: Readonly<Record<string, FeatureMatrix>>,
): ContentMap {
  const columns = Object.fromEntries(
    Object.entries(features).map(([name, matrix]) => [name, matrix.columns]),
  );
  return {
    columns,
    embed: (item) => {
      const row = Object.fromEntries(
        Object.entries(columns).map(([name, width]) => [name, rowOf(width, item[name])]),
      );
      return embed(row, Int32Array.of(0));
    },
  };
}

/** A single row, marked missing where nothing is given. */
function rowOf(columns: number, values: ArrayLike<number> | undefined): FeatureMatrix {
  if (!values) {
    return { rows: 1, columns, data: new Float32Array(columns), missing: Uint8Array.of(1) };
  }
  return { rows: 1, columns, data: Float32Array.from(values), missing: Uint8Array.of(0) };
}
