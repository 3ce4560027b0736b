/** Users ranked at a time by `topOfProducts`. */
export const userBlock: i32 = 64;

/** Items compared at a time, and the bytes of their products: 128 KiB for all users. */
export const itemBlock: i32 = 512;
export const rowBytes: usize = (<usize>itemBlock) << 2;

/** Entries that come together before a list is cut to its best: a multiple of four, `2 k + 66` at most. */
// @ts-ignore: decorator
@inline
export function capacityFor(k: i32): i32 {
  return 2 * ((k + 33) & ~1);
}

/** Groups of a first block whose best are looked at: the largest power of two up to 2 k + 32, more than k + 16. */
// @ts-ignore: decorator
@inline
export function groupsFor(k: i32): i32 {
  return <i32>1 << (31 - clz(2 * k + 32));
}

/** Empties the lists of a block of users, and finds where their excluded items begin. */
export function begin(users: usize, count: i32, offsets: usize, sizes: usize, nexts: usize): void {
  for (let u: i32 = 0; u < count; u++) {
    const at = (<usize>u) << 2;
    store<i32>(sizes + at, 0);
    store<i32>(nexts + at, offsets == 0 ? 0 : load<i32>(offsets + (<usize>load<i32>(users + at) << 2)));
  }
}

/**
 * Overwrites the products of a user's excluded items in a block of items with `lowest`. `nextOfUser` holds the
 * position of the first one that wasn't passed yet.
 */
export function mask(
  row: usize, first: i32, width: i32, user: i32, offsets: usize, excluded: usize, nextOfUser: usize, lowest: i32,
): void {
  if (offsets == 0) return;
  const end = load<i32>(offsets + ((<usize>user) << 2), 4);
  let next = load<i32>(nextOfUser);
  for (; next < end; next++) {
    const item = load<i32>(excluded + ((<usize>next) << 2));
    if (item >= first + width) break;
    store<i32>(row + ((<usize>(item - first)) << 2), lowest);
  }
  store<i32>(nextOfUser, next);
}

/** The `k`-th largest of `count` numbers without NaN, which change their order (Hoare's selection). */
export function largestAt(numbers: usize, count: i32, k: i32): f32 {
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
 * Keeps the best `k` of `size` entries, in their order, and returns the worst of their scores. Entries are
 * collected by column, so that of equal scores the first ones are the lower columns.
 */
export function keepBest(scores: usize, columns: usize, size: i32, k: i32, room: usize): f32 {
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

/** Entries up to which each one's place is counted out: without branches, faster than sorting. */
const mostCounted: i32 = 128;

/**
 * Writes the best `k` of `size` entries, best first, equal scores by lower column, padded with −1. Entries are in
 * the order of their columns; the list has room for a multiple of four.
 */
export function finish(scores: usize, columns: usize, size: i32, k: i32, out: usize, room: usize): void {
  if (size > k && size > mostCounted) {
    keepBest(scores, columns, size, k, room);
    size = k;
  }
  for (let place = k - 1; place >= size; place--) store<i32>(out + ((<usize>place) << 2), -1);
  if (size <= mostCounted) countPlaces(scores, columns, size, k, out);
  else sort(scores, columns, size, out);
}

/** Gives each entry the place that the number of those above it says. */
function countPlaces(scores: usize, columns: usize, size: i32, k: i32, out: usize): void {
  const end = (<usize>size) << 2;
  // Nothing ranks below these.
  for (let at = end; (at & 15) != 0; at += 4) store<f32>(scores + at, -<f32>Infinity);
  for (let at: usize = 0; at < end; at += 4) {
    const score = load<f32>(scores + at);
    const all = f32x4.splat(score);
    let above = i32x4.splat(0), equal = i32x4.splat(0);
    for (let other: usize = 0; other < end; other += 16) {
      const others = v128.load(scores + other);
      above = i32x4.sub(above, f32x4.gt(others, all));
      equal = i32x4.sub(equal, f32x4.eq(others, all));
    }
    let place = sumOfLanes(above);
    if (sumOfLanes(equal) > 1) {
      for (let before: usize = 0; before < at; before += 4) place += i32(load<f32>(scores + before) == score);
    }
    if (place < k) store<i32>(out + ((<usize>place) << 2), load<i32>(columns + at));
  }
}

/** Sum of four whole numbers. */
// @ts-ignore: decorator
@inline
export function sumOfLanes(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + (i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3))
  );
}

/** Writes the columns of all entries, the best first (heap sort). */
function sort(scores: usize, columns: usize, size: i32, out: usize): void {
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
export function put(heapScores: usize, heapColumns: usize, at: usize, score: f32, column: i32): void {
  store<f32>(heapScores + at, score);
  store<i32>(heapColumns + at, column);
}
