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
 * `64 · (4 k + 67) + 2 k + 32` numbers, `products` for `64 · 512`.
 */
export function topOfProducts(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, lists: usize, products: usize, out: usize,
): void {
  const listBytes = (<usize>capacityFor(k)) << 3;
  const sizes = lists + (<usize>userBlock) * listBytes;
  const nexts = sizes + ((<usize>userBlock) << 2);
  const limits = nexts + ((<usize>userBlock) << 2);
  const room = limits + ((<usize>userBlock) << 2);
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
        if (i0 == 0) store<f32>(limits + at, firstLimit(row, width, k, room));
        store<i32>(sizes + at, offerAll(row, i0, width, k, scores, scores + (listBytes >> 1), limits + at, size, room));
      }
    }
    for (let u: i32 = 0; u < block; u++) {
      const scores = lists + (<usize>u) * listBytes;
      finish(scores, scores + (listBytes >> 1), load<i32>(sizes + ((<usize>u) << 2)), k, out, room);
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
 * A number below which none of the `k` best of a first whole block of scores lies: with the block in more than
 * `k` groups, the best of at least `k` of them reach the `k`-th best of the groups' best. So few scores have to
 * be collected before there is a limit that keeps most out. `room`: `2 k + 32` numbers.
 */
function firstLimit(row: usize, width: i32, k: i32, room: usize): f32 {
  // The largest power of two up to 2 k + 32: more than k + 16.
  const groups = <i32>1 << (31 - clz(capacityFor(k)));
  if (width != itemBlock || groups > itemBlock >> 2) return -<f32>Infinity;
  const end = row + ((<usize>itemBlock) << 2);
  const step = (<usize>groups) << 2;
  for (let at: usize = 0; at < step; at += 16) {
    let best = f32x4.splat(-<f32>Infinity);
    // In this order a NaN is never the larger one.
    for (let p = row + at; p < end; p += step) best = f32x4.pmax(best, v128.load(p));
    v128.store(room + at, best);
  }
  return justBelow(largestAt(room, groups, k));
}

/** The next smaller float32; −∞ for itself. */
function justBelow(x: f32): f32 {
  if (x == 0) return -reinterpret<f32>(1);
  if (x == -<f32>Infinity) return x;
  const bits = reinterpret<i32>(x);
  return reinterpret<f32>(x > 0 ? bits - 1 : bits + 1);
}

/** The `k`-th largest of `count` numbers without NaN, which change their order (Hoare's selection). */
function largestAt(numbers: usize, count: i32, k: i32): f32 {
  const wanted = numbers + ((<usize>(k - 1)) << 2);
  let low = numbers, high = numbers + ((<usize>(count - 1)) << 2);
  while (low < high) {
    const pivot = load<f32>(low + (((high - low) >> 3) << 2));
    let i = low, j = high;
    while (i <= j) {
      while (load<f32>(i) > pivot) i += 4;
      while (load<f32>(j) < pivot) j -= 4;
      if (i > j) break;
      const other = load<f32>(i);
      store<f32>(i, load<f32>(j));
      store<f32>(j, other);
      i += 4;
      j -= 4;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return load<f32>(wanted);
}

/**
 * Collects those of `count` scores, of columns from `first` on, that are above a list's limit: the worst of the
 * best `k` when the list was last cut. Returns the list's new size.
 */
function offerAll(
  row: usize, first: i32, count: i32, k: i32, scores: usize, columns: usize, limitOfList: usize, size: i32,
  room: usize,
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
        worst = keepBest(scores, columns, size, k, room);
        size = k;
        limit = f32x4.splat(worst);
      }
    }
  }
  store<f32>(limitOfList, worst);
  return size;
}

/**
 * Keeps the best `k` of `size` entries, in their order, and returns the worst of their scores. Entries are
 * collected by column, so that of equal scores the first ones are the lower columns.
 */
function keepBest(scores: usize, columns: usize, size: i32, k: i32, room: usize): f32 {
  memory.copy(room, scores, (<usize>size) << 2);
  const worst = largestAt(room, size, k);
  const end = (<usize>size) << 2;
  let above: i32 = 0;
  for (let at: usize = 0; at < end; at += 4) above += i32(load<f32>(scores + at) > worst);
  let equal = k - above;
  let to: usize = 0;
  for (let at: usize = 0; at < end; at += 4) {
    const score = load<f32>(scores + at);
    if (score < worst || (score == worst && equal-- <= 0)) continue;
    put(scores, columns, to, score, load<i32>(columns + at));
    to += 4;
  }
  return worst;
}

/** Writes the best `k` of `size` entries, best first, padded with −1 (heap sort). */
function finish(scores: usize, columns: usize, size: i32, k: i32, out: usize, room: usize): void {
  if (size > k) {
    keepBest(scores, columns, size, k, room);
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
