import { createTopK, hasKernels } from '@mmrec/ops';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { NearestCandidates } from './nearest-candidates.js';
import type { NormedRows } from './similarity-tile.js';

/** Candidates beyond k that an item gets, and the cosine by which the last must be behind: float32 errs by less. */
const [spare, margin] = [16, 1e-5];

/** Multiplications below which the kernel would not pay. */
const least = 1e7;

/**
 * Offers each item its nearest others, found by the top-K kernel on every core and judged in float64.
 *
 * @returns Whether it did: false where there is no kernel, or too little to do.
 */
export function offerByKernel(
  features: NormedRows,
  k: number,
  nearest: NearestCandidates,
): boolean {
  const { rows, columns } = features;
  // The item itself is among its candidates.
  const wanted = Math.min(rows, k + 1 + spare);
  if (rows * rows * columns < least || !hasKernels()) return false;
  const units = tensor2d(unitRows(features), [rows, columns]);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const lists = createTopK({ users: units, items: units })({ users: all, k: wanted });
  units.dispose();
  for (let row = 0; row < rows; row++) {
    if (features.inverseNorms[row] === 0) continue;
    const list = lists.subarray(row * wanted, (row + 1) * wanted);
    offerRow(features, { row, k, list, complete: wanted === rows }, nearest);
  }
  return true;
}

interface Candidates {
  readonly row: number;
  readonly k: number;
  readonly list: Int32Array;
  /** Whether the list holds all items. */
  readonly complete: boolean;
}

function offerRow(
  features: NormedRows,
  { row, k, list, complete }: Candidates,
  nearest: NearestCandidates,
): void {
  const isOther = (other: number) =>
    other >= 0 && other !== row && features.inverseNorms[other] !== 0;
  const others = list.filter(isOther);
  const cosines = Array.from(others, (other) => cosineOf(features, row, other));
  const ranked = [...cosines].sort((a, b) => b - a);
  const clear = complete || ranked[k - 1]! - ranked.at(-1)! > margin;
  if (clear) others.forEach((other, at) => nearest.offer(row, other, cosines[at]!));
  else {
    for (let other = 0; other < features.rows; other++) {
      if (isOther(other)) nearest.offer(row, other, cosineOf(features, row, other));
    }
  }
}

function unitRows({ rows, columns, data, inverseNorms }: NormedRows): Float32Array {
  const units = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      units[at] = data[at]! * inverseNorms[row]!;
    }
  }
  return units;
}

function cosineOf({ columns, data, inverseNorms }: NormedRows, a: number, b: number): number {
  const [startA, startB] = [a * columns, b * columns];
  const [scaleA, scaleB] = [inverseNorms[a]!, inverseNorms[b]!];
  let sum = 0;
  for (let c = 0; c < columns; c++)
    sum += data[startA + c]! * scaleA * (data[startB + c]! * scaleB);
  return sum;
}
