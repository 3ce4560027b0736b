import { multiply } from './multiply';

/** Items compared at a time by {@link topOfProducts}. */
const itemBlock: i32 = 512;

/** Users ranked at a time by {@link topOfProducts}: 128 KiB of products. */
const userBlock: i32 = 64;

/**
 * The `k` items with the largest inner products of each of `count` users (rows `list[0 … count − 1]` of
 * `users`), best first, equal scores by lower item. Products of −∞ and NaN are never chosen: places left over
 * hold −1.
 *
 * A user leaves out the items `excluded[offsets[u]] … excluded[offsets[u + 1] − 1]`, which must ascend;
 * `offsets` 0: none. Products are made 64 users by 512 items at a time and never leave the cache; a user's best
 * so far lie in a heap with the worst on top, four products at a time are compared with that worst, and few
 * pass it. `heaps` must have room for `64 · (2 k + 2)` numbers, `products` for `64 · 512`.
 */
export function topOfProducts(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, heaps: usize, products: usize, out: usize,
): void {
  const heapBytes = (<usize>k) << 3;
  const sizes = heaps + (<usize>userBlock) * heapBytes;
  const nexts = sizes + ((<usize>userBlock) << 2);
  for (let u0: i32 = 0; u0 < count; u0 += userBlock) {
    const block = min(userBlock, count - u0);
    for (let u: i32 = 0; u < block; u++) {
      const at = (<usize>u) << 2;
      store<i32>(sizes + at, 0);
      store<i32>(nexts + at, offsets == 0 ? 0 : load<i32>(offsets + (<usize>userAt(list, u0 + u) << 2)));
    }
    for (let i0: i32 = 0; i0 < numItems; i0 += itemBlock) {
      const width = min(itemBlock, numItems - i0);
      multiply(
        block, width, columns, users, columns, 1, list + ((<usize>u0) << 2), 0,
        items + (((<usize>i0) * (<usize>columns)) << 2), 1, columns, products, width, 0, false,
      );
      for (let u: i32 = 0; u < block; u++) {
        const at = (<usize>u) << 2;
        const row = products + (((<usize>u) * (<usize>width)) << 2);
        if (offsets != 0) {
          const end = load<i32>(offsets + (<usize>userAt(list, u0 + u) << 2), 4);
          store<i32>(nexts + at, mask(row, i0, width, excluded, load<i32>(nexts + at), end));
        }
        const heap = heaps + (<usize>u) * heapBytes;
        store<i32>(sizes + at, offerAll(row, i0, width, k, heap, heap + ((<usize>k) << 2), load<i32>(sizes + at)));
      }
    }
    for (let u: i32 = 0; u < block; u++) {
      const heap = heaps + (<usize>u) * heapBytes;
      sortHeap(heap, heap + ((<usize>k) << 2), load<i32>(sizes + ((<usize>u) << 2)), k, out);
      out += (<usize>k) << 2;
    }
  }
}

// @ts-ignore: decorator
@inline
function userAt(list: usize, position: i32): i32 {
  return load<i32>(list + ((<usize>position) << 2));
}

/** Overwrites the products of excluded items in a block and returns the position of the first one past it. */
function mask(row: usize, first: i32, width: i32, excluded: usize, next: i32, end: i32): i32 {
  for (; next < end; next++) {
    const item = load<i32>(excluded + ((<usize>next) << 2));
    if (item >= first + width) break;
    store<f32>(row + ((<usize>(item - first)) << 2), -<f32>Infinity);
  }
  return next;
}

/** Offers `count` scores of columns from `first` on to a heap of `size` entries; returns its new size. */
function offerAll(
  scores: usize, first: i32, count: i32, k: i32, heapScores: usize, heapColumns: usize, size: i32,
): i32 {
  let worst: f32 = size == k ? load<f32>(heapScores) : -<f32>Infinity;
  let limit = f32x4.splat(worst);
  let c: i32 = 0;
  while (c < count) {
    const at = scores + ((<usize>c) << 2);
    if (c + 4 <= count && !v128.any_true(f32x4.gt(v128.load(at), limit))) {
      c += 4;
      continue;
    }
    const score = load<f32>(at);
    if (score > worst) {
      if (size < k) {
        siftUp(heapScores, heapColumns, size, score, first + c);
        size++;
      } else {
        siftDown(heapScores, heapColumns, size, score, first + c);
      }
      if (size == k) {
        worst = load<f32>(heapScores);
        limit = f32x4.splat(worst);
      }
    }
    c++;
  }
  return size;
}

/** Takes the entries out of a heap, the worst first, into a list from its end. */
function sortHeap(heapScores: usize, heapColumns: usize, size: i32, k: i32, out: usize): void {
  for (let place = k - 1; place >= size; place--) store<i32>(out + ((<usize>place) << 2), -1);
  for (let place = size - 1; place >= 0; place--) {
    store<i32>(out + ((<usize>place) << 2), load<i32>(heapColumns));
    const last = (<usize>place) << 2;
    siftDown(heapScores, heapColumns, place, load<f32>(heapScores + last), load<i32>(heapColumns + last));
  }
}

/** Whether the first of two entries ranks below the second. */
// @ts-ignore: decorator
@inline
function ranksBelow(score: f32, column: i32, otherScore: f32, otherColumn: i32): bool {
  return score < otherScore || (score == otherScore && column > otherColumn);
}

/** Puts an entry at the end of a heap of `size` entries and lets it rise. */
function siftUp(heapScores: usize, heapColumns: usize, size: i32, score: f32, column: i32): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const p = (<usize>parent) << 2;
    if (!ranksBelow(score, column, load<f32>(heapScores + p), load<i32>(heapColumns + p))) break;
    move(heapScores, heapColumns, p, (<usize>at) << 2);
    at = parent;
  }
  put(heapScores, heapColumns, (<usize>at) << 2, score, column);
}

/** Puts an entry at the top of a heap of `size` entries, in place of the worst, and lets it sink. */
function siftDown(heapScores: usize, heapColumns: usize, size: i32, score: f32, column: i32): void {
  let at: i32 = 0;
  while (true) {
    let child = 2 * at + 1;
    if (child >= size) break;
    let p = (<usize>child) << 2;
    if (
      child + 1 < size &&
      ranksBelow(
        load<f32>(heapScores + p, 4),
        load<i32>(heapColumns + p, 4),
        load<f32>(heapScores + p),
        load<i32>(heapColumns + p),
      )
    ) {
      child++;
      p += 4;
    }
    if (!ranksBelow(load<f32>(heapScores + p), load<i32>(heapColumns + p), score, column)) break;
    move(heapScores, heapColumns, p, (<usize>at) << 2);
    at = child;
  }
  put(heapScores, heapColumns, (<usize>at) << 2, score, column);
}

// @ts-ignore: decorator
@inline
function move(heapScores: usize, heapColumns: usize, from: usize, to: usize): void {
  put(heapScores, heapColumns, to, load<f32>(heapScores + from), load<i32>(heapColumns + from));
}

// @ts-ignore: decorator
@inline
function put(heapScores: usize, heapColumns: usize, at: usize, score: f32, column: i32): void {
  store<f32>(heapScores + at, score);
  store<i32>(heapColumns + at, column);
}
