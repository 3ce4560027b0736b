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
 * `offsets` 0: none. Products are made 64 users by 512 items at a time and never leave the cache; sixteen at a
 * time are compared with the worst that can still be among a user's best, and few pass. Those are collected,
 * and when `2 k + 32` have come together the best `k` are kept. `lists` must have room for
 * `64 · (4 k + 67)` numbers, `products` for `64 · 512`.
 */
export function topOfProducts(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, lists: usize, products: usize, out: usize,
): void {
  const listBytes = (<usize>capacityFor(k)) << 3;
  const sizes = lists + (<usize>userBlock) * listBytes;
  const nexts = sizes + ((<usize>userBlock) << 2);
  const limits = nexts + ((<usize>userBlock) << 2);
  for (let u0: i32 = 0; u0 < count; u0 += userBlock) {
    const block = min(userBlock, count - u0);
    for (let u: i32 = 0; u < block; u++) {
      const at = (<usize>u) << 2;
      store<i32>(sizes + at, 0);
      store<f32>(limits + at, -<f32>Infinity);
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
        const scores = lists + (<usize>u) * listBytes;
        const size = load<i32>(sizes + at);
        store<i32>(sizes + at, offerAll(row, i0, width, k, scores, scores + (listBytes >> 1), limits + at, size));
      }
    }
    for (let u: i32 = 0; u < block; u++) {
      const scores = lists + (<usize>u) * listBytes;
      finish(scores, scores + (listBytes >> 1), load<i32>(sizes + ((<usize>u) << 2)), k, out);
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

// @ts-ignore: decorator
@inline
function capacityFor(k: i32): i32 {
  return 2 * k + 32;
}

/**
 * Collects those of `count` scores, of columns from `first` on, that are above a list's limit: the worst of the
 * best `k` when the list was last cut. Returns the list's new size.
 */
function offerAll(
  row: usize, first: i32, count: i32, k: i32, scores: usize, columns: usize, limitOfList: usize, size: i32,
): i32 {
  const capacity = capacityFor(k);
  let worst = load<f32>(limitOfList);
  let limit = f32x4.splat(worst);
  for (let c: i32 = 0; c < count; c += 16) {
    const at = row + ((<usize>c) << 2);
    let passed: u32;
    if (c + 16 <= count) {
      const a = f32x4.gt(v128.load(at), limit), b = f32x4.gt(v128.load(at, 16), limit);
      const d = f32x4.gt(v128.load(at, 32), limit), e = f32x4.gt(v128.load(at, 48), limit);
      if (!v128.any_true(v128.or(v128.or(a, b), v128.or(d, e)))) continue;
      passed =
        i32x4.bitmask(a) | (i32x4.bitmask(b) << 4) | (i32x4.bitmask(d) << 8) | (i32x4.bitmask(e) << 12);
    } else {
      passed = (1 << (count - c)) - 1;
    }
    for (; passed != 0; passed &= passed - 1) {
      const lane = <i32>ctz(passed);
      const score = load<f32>(at + ((<usize>lane) << 2));
      if (!(score > worst)) continue;
      put(scores, columns, (<usize>size) << 2, score, first + c + lane);
      size++;
      if (size == capacity) {
        selectBest(scores, columns, size, k);
        size = k;
        worst = smallest(scores, k);
        limit = f32x4.splat(worst);
      }
    }
  }
  store<f32>(limitOfList, worst);
  return size;
}

function smallest(scores: usize, count: i32): f32 {
  let result = load<f32>(scores);
  for (let c: i32 = 1; c < count; c++) result = min(result, load<f32>(scores + ((<usize>c) << 2)));
  return result;
}

/** Puts the best `k` of `size` entries into the first `k` places, in any order (Hoare's selection). */
function selectBest(scores: usize, columns: usize, size: i32, k: i32): void {
  let low: i32 = 0, high = size - 1;
  while (low < high) {
    const middle = (<usize>((low + high) >> 1)) << 2;
    const pivot = load<f32>(scores + middle);
    const pivotColumn = load<i32>(columns + middle);
    let i = low, j = high;
    while (i <= j) {
      while (outranks(scores, columns, i, pivot, pivotColumn, true)) i++;
      while (outranks(scores, columns, j, pivot, pivotColumn, false)) j--;
      if (i > j) break;
      swap(scores, columns, (<usize>i) << 2, (<usize>j) << 2);
      i++;
      j--;
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
}

/** Whether entry `i` ranks above the pivot (`above`), or else below it. */
// @ts-ignore: decorator
@inline
function outranks(scores: usize, columns: usize, i: i32, pivot: f32, pivotColumn: i32, above: bool): bool {
  const at = (<usize>i) << 2;
  const score = load<f32>(scores + at);
  const column = load<i32>(columns + at);
  return above
    ? ranksBelow(pivot, pivotColumn, score, column)
    : ranksBelow(score, column, pivot, pivotColumn);
}

// @ts-ignore: decorator
@inline
function swap(scores: usize, columns: usize, a: usize, b: usize): void {
  const score = load<f32>(scores + a);
  const column = load<i32>(columns + a);
  move(scores, columns, b, a);
  put(scores, columns, b, score, column);
}

/** Writes the best `k` of `size` entries, best first, padded with −1 (heap sort). */
function finish(scores: usize, columns: usize, size: i32, k: i32, out: usize): void {
  if (size > k) {
    selectBest(scores, columns, size, k);
    size = k;
  }
  for (let place = k - 1; place >= size; place--) store<i32>(out + ((<usize>place) << 2), -1);
  for (let at = (size >> 1) - 1; at >= 0; at--) {
    const start = (<usize>at) << 2;
    siftDown(scores, columns, size, at, load<f32>(scores + start), load<i32>(columns + start));
  }
  // The worst is on top: lists are filled from their end.
  for (let place = size - 1; place >= 0; place--) {
    store<i32>(out + ((<usize>place) << 2), load<i32>(columns));
    const last = (<usize>place) << 2;
    siftDown(scores, columns, place, 0, load<f32>(scores + last), load<i32>(columns + last));
  }
}
/** Whether the first of two entries ranks below the second. */
// @ts-ignore: decorator
@inline
function ranksBelow(score: f32, column: i32, otherScore: f32, otherColumn: i32): bool {
  return score < otherScore || (score == otherScore && column > otherColumn);
}

/** Puts an entry into place `at` of a heap of `size` entries, the worst on top, and lets it sink. */
function siftDown(heapScores: usize, heapColumns: usize, size: i32, at: i32, score: f32, column: i32): void {
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
