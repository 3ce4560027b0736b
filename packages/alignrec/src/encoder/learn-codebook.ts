import type { Rng } from '@mmrec/core';

/** Points in space, row-major. */
export interface Points {
  readonly columns: number;
  /** `[points, columns]` */
  readonly data: Float32Array;
}

/** Rounds of k-means. */
const rounds = 15;

/**
 * A codebook of visual tokens: the centres of k-means over patches.
 *
 * Starts from different points of the sample (k-means++), and moves each centre to the mean of the points nearest
 * to it, until none changes or 15 rounds have passed. A centre that loses all its points is moved to the point that
 * is farthest from its own.
 *
 * @param points - A sample of patches, `[n, columns]`.
 * @param size - Entries wanted, ≥ 1; fewer come where fewer points are different.
 * @returns `[≤ size, columns]`.
 * @see Arthur and Vassilvitskii, k-means++, SODA 2007, §2.2.
 */
export function learnCodebook(points: Points, size: number, rng: Rng): Points {
  const { columns, data } = points;
  const count = data.length / columns;
  if (count === 0) throw new RangeError('learnCodebook: points must hold at least one, got none.');
  let centers = spreadOut(points, size, rng);
  const numCenters = centers.data.length / columns;
  let before: Int32Array | undefined;
  for (let round = 0; round < rounds; round++) {
    const { nearest, distances } = nearestEntries(points, centers);
    if (before?.every((entry, at) => entry === nearest[at]) === true) break;
    before = nearest;
    const sums = new Float64Array(numCenters * columns);
    const sizes = new Int32Array(numCenters);
    nearest.forEach((entry, at) => {
      sizes[entry]!++;
      for (let c = 0; c < columns; c++) sums[entry * columns + c]! += data[at * columns + c]!;
    });
    const moved = Float32Array.from(sums, (sum, at) => sum / sizes[Math.floor(at / columns)]!);
    sizes.forEach((members, entry) => {
      if (members > 0) return;
      const farthest = distances.indexOf(Math.max(...distances));
      distances[farthest] = 0;
      moved.set(rowOf(points, farthest), entry * columns);
    });
    centers = { columns, data: moved };
  }
  return centers;
}

/** The entry of a codebook nearest to each point (the first of equals), and the squared distances to it. */
export function nearestEntries(points: Points, codebook: Points) {
  const { columns, data } = points;
  const count = data.length / columns;
  const nearest = new Int32Array(count);
  const distances = new Float32Array(count).fill(Infinity);
  for (let at = 0; at < count; at++) {
    for (let entry = 0; entry * columns < codebook.data.length; entry++) {
      const distance = squaredDistance(points, at, codebook, entry, distances[at]!);
      if (distance >= distances[at]!) continue;
      distances[at] = distance;
      nearest[at] = entry;
    }
  }
  return { nearest, distances };
}

/** First centres: each drawn with a probability in proportion to the squared distance to those before it. */
function spreadOut(points: Points, size: number, rng: Rng): Points {
  const { columns, data } = points;
  const count = data.length / columns;
  const stream = rng.stream('centers');
  const chosen = [stream.integer(count)];
  const distances = new Float64Array(count).fill(Infinity);
  while (chosen.length < size) {
    let total = 0;
    for (let at = 0; at < count; at++) {
      const distance = squaredDistance(points, at, points, chosen.at(-1)!, distances[at]!);
      distances[at] = Math.min(distances[at]!, distance);
      total += distances[at]!;
    }
    if (total === 0) break;
    let left = stream.uniform() * total;
    let next = distances.length - 1;
    for (let at = 0; at < count && left >= 0; at++) {
      if (distances[at] === 0) continue;
      left -= distances[at]!;
      next = at;
    }
    chosen.push(next);
  }
  const centers = new Float32Array(chosen.length * columns);
  chosen.forEach((at, entry) => {
    centers.set(rowOf(points, at), entry * columns);
  });
  return { columns, data: centers };
}

const rowOf = ({ columns, data }: Points, row: number) =>
  data.subarray(row * columns, (row + 1) * columns);

/** Squared distance of two rows, or some number above `most` where it is larger. */
// eslint-disable-next-line max-params -- called in inner loops, where an object would be allocated
function squaredDistance(a: Points, row: number, b: Points, other: number, most: number): number {
  const { columns } = a;
  const [i, j] = [row * columns, other * columns];
  let sum = 0;
  for (let c = 0; c < columns && sum <= most; c++) {
    const gap = a.data[i + c]! - b.data[j + c]!;
    sum += gap * gap;
  }
  return sum;
}
