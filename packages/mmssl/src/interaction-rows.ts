import type { ItemLists } from '@mmrec/core';
import { sparseProduct, type SparsityPattern } from '@mmrec/ops';
import {
  concat,
  matMul,
  mul,
  ones,
  slice,
  add,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * Rows of users over all items that are low rank plus sparse, $\mathrm{diag}(s) (L R^\top + S)$: known by
 * their parts, never made.
 */
export interface FactoredRows {
  /** L, `[batch, k]` */
  readonly left: Tensor2D;
  /** R, `[numItems, k]` */
  readonly right: Tensor2D;
  /** Where S has entries, and their values `[entries]`; absent: nowhere. */
  readonly sparse?: { readonly pattern: SparsityPattern; readonly values: Tensor1D };
  /** s, `[batch, 1]` */
  readonly scale: Tensor2D;
}

/** Rows of users over all items, `[batch, numItems]`. */
export type InteractionRows = FactoredRows | { readonly dense: Tensor2D };

/** The items that each user of a batch has, as a pattern `[batch, numItems]`. */
export function observedEntries(
  { offsets, items }: ItemLists,
  users: Int32Array,
  numItems: number,
): SparsityPattern {
  const starts = new Int32Array(users.length + 1);
  users.forEach((user, row) => {
    starts[row + 1] = starts[row]! + offsets[user + 1]! - offsets[user]!;
  });
  const indices = new Int32Array(starts[users.length]!);
  users.forEach((user, row) => {
    indices.set(items.subarray(offsets[user], offsets[user + 1]), starts[row]);
  });
  return { rows: users.length, columns: numItems, offsets: starts, indices };
}

/**
 * Several batches of rows times a matrix.
 *
 * Of the order of numItems · n · k for all of them: each low-rank part is $L (R^\top W)$, with one
 * product for all the R, and the sparse parts are one sparse product. Only `dense` rows take a product
 * of their own size.
 *
 * @param batches - Of the same items.
 * @param weight - W, `[numItems, n]`.
 * @returns `[batch, n]` each.
 */
export function timesWeight(batches: readonly InteractionRows[], weight: Tensor2D): Tensor2D[] {
  const factored = batches.filter((rows): rows is FactoredRows => 'left' in rows);
  const lowRank = factored.length > 0 ? lowRankProducts(factored, weight) : [];
  const sparse = sparseProducts(factored, weight);
  return batches.map((rows): Tensor2D => {
    if ('dense' in rows) return matMul(rows.dense, weight);
    const [low, thin] = [lowRank.shift()!, sparse.get(rows)];
    return mul(thin ? add<Tensor2D>(low, thin) : low, rows.scale);
  });
}

function lowRankProducts(batches: readonly FactoredRows[], weight: Tensor2D): Tensor2D[] {
  const right =
    batches.length === 1
      ? batches[0]!.right
      : concat(
          batches.map((rows) => rows.right),
          1,
        );
  const inner = matMul(right as Tensor2D, weight, true) as Tensor2D; // [sum of k, n]
  let start = 0;
  return batches.map(({ left }): Tensor2D => {
    const k = left.shape[1];
    const own = slice(inner, [start, 0], [k, -1]);
    start += k;
    return matMul(left, own);
  });
}

/** The products of the sparse parts, for those rows that have one. */
function sparseProducts(
  batches: readonly FactoredRows[],
  weight: Tensor2D,
): Map<FactoredRows, Tensor2D> {
  const present = batches.filter(({ sparse }) => sparse);
  if (present.length === 0) return new Map();
  const pattern = stackPatterns(present.map(({ sparse }) => sparse!.pattern));
  const values = concat(present.map(({ sparse }) => sparse!.values)) as Tensor1D;
  const product = sparseProduct(pattern, values, weight);
  let start = 0;
  const parts = present.map(
    ({
      left: {
        shape: [size],
      },
    }): Tensor2D => {
      start += size;
      return slice(product, [start - size, 0], [size, -1]);
    },
  );
  return new Map(present.map((rows, at) => [rows, parts[at]!]));
}

/** Patterns of the same columns, below each other. */
function stackPatterns(patterns: readonly SparsityPattern[]): SparsityPattern {
  const [first] = patterns;
  if (patterns.length === 1) return first!;
  const rows = patterns.reduce((sum, pattern) => sum + pattern.rows, 0);
  const entries = patterns.reduce((sum, { indices }) => sum + indices.length, 0);
  const offsets = new Int32Array(rows + 1);
  const indices = new Int32Array(entries);
  let [row, entry] = [0, 0];
  for (const pattern of patterns) {
    indices.set(pattern.indices, entry);
    pattern.offsets.forEach((offset, at) => (offsets[row + at] = entry + offset));
    row += pattern.rows;
    entry += pattern.indices.length;
  }
  return { rows, columns: first!.columns, offsets, indices };
}

/** Matrices below each other. */
export function below(parts: readonly Tensor2D[]): Tensor2D {
  return parts.length === 1 ? parts[0]! : (concat([...parts]) as Tensor2D);
}

/** Sums of a pattern's values by row, `[rows, 1]`. */
export function sumsOfRows(pattern: SparsityPattern, values: Tensor1D): Tensor2D {
  return sparseProduct(pattern, values, ones([pattern.columns, 1]));
}
