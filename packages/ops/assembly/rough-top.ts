import { exactProducts, roughProducts, roundUsers } from './rough-products';
import {
  begin, capacityFor, finish, groupsFor, itemBlock, mask, rowBytes, sumOfLanes, userBlock,
} from './top-lists';

/** Entries that a list must have room for after it was cut: with fewer, rounding keeps too few items out. */
const leastRoom: i32 = 16;

/**
 * `topOfProducts` of up to 64 users by rough products, whole numbers that are off by a known bound. An item whose
 * product lies below the `k`-th best by more than two bounds, the user's margin, can't be among the best `k`. The
 * others are collected, and for those that are left in the end exact products are made: the result is that of
 * exact products of all.
 *
 * Returns false, and leaves `out` as it was, where users can't be rounded, or too many items lie within the margin.
 */
export function rankRoughly(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, lists: usize, products: usize, out: usize,
  rough: usize, roughUsers: usize, largest: i32, itemExtent: f64, itemSum: f64,
): bool {
  const listBytes = (<usize>capacityFor(k)) << 3;
  const sizes = lists + (<usize>userBlock) * listBytes;
  const nexts = sizes + ((<usize>userBlock) << 2);
  const limits = nexts + ((<usize>userBlock) << 2);
  const margins = limits + ((<usize>userBlock) << 2);
  const room = margins + ((<usize>userBlock) << 2);
  const itemBytes = (<usize>((columns + 1) >> 1)) << 2;
  if (!roundUsers(users, list, count, columns, largest, itemExtent, itemSum, roughUsers, margins)) return false;
  begin(list, count, offsets, sizes, nexts);
  for (let i0: i32 = 0; i0 < numItems; i0 += itemBlock) {
    const width = min(itemBlock, numItems - i0);
    roughProducts(roughUsers, count, rough + (<usize>i0) * itemBytes, width, columns, products, rowBytes);
    for (let u: i32 = 0; u < count; u++) {
      const at = (<usize>u) << 2;
      const row = products + (<usize>u) * rowBytes;
      mask(row, i0, width, load<i32>(list + at), offsets, excluded, nexts + at, i32.MIN_VALUE);
      // Sixteen are compared at a time.
      for (let c = width; (c & 15) != 0; c++) store<i32>(row + ((<usize>c) << 2), i32.MIN_VALUE);
      const margin = load<i32>(margins + at);
      if (i0 == 0) store<i32>(limits + at, firstLimit(row, width, k, max(margin, 0), room));
      const roughs = lists + (<usize>u) * listBytes;
      const size = offer(
        row, i0, width, k, roughs, roughs + (listBytes >> 1), limits + at, load<i32>(sizes + at), margin, room,
      );
      if (size < 0) return false;
      store<i32>(sizes + at, size);
    }
  }
  for (let u: i32 = 0; u < count; u++) {
    const at = (<usize>u) << 2;
    const scores = lists + (<usize>u) * listBytes;
    const columnsOfList = scores + (listBytes >> 1);
    let size = load<i32>(sizes + at);
    if (size > k) {
      cut(scores, columnsOfList, size, k, load<i32>(margins + at), limits + at, room);
      size = kept;
    }
    const user = users + (((<usize>load<i32>(list + at)) * (<usize>columns)) << 2);
    exactProducts(user, items, columns, columnsOfList, size, room);
    memory.copy(scores, room, (<usize>size) << 2);
    finish(scores, columnsOfList, size, k, out, room);
    out += (<usize>k) << 2;
  }
  return true;
}

/** A rough product that all of the best `k` lie above, from the first whole block: `firstLimit` of exact ones. */
function firstLimit(row: usize, width: i32, k: i32, margin: i32, room: usize): i32 {
  const groups = groupsFor(k);
  if (width != itemBlock || groups > itemBlock >> 2) return i32.MIN_VALUE;
  const end = row + rowBytes;
  const step = (<usize>groups) << 2;
  for (let at: usize = 0; at < step; at += 16) {
    let best = i32x4.splat(i32.MIN_VALUE);
    for (let p = row + at; p < end; p += step) best = i32x4.max_s(best, v128.load(p));
    v128.store(room + at, best);
  }
  return limitBelow(reachedBy(room, groups, k), margin);
}

/** The largest product that is out of reach when the `k`-th best is `worst`. */
// @ts-ignore: decorator
@inline
function limitBelow(worst: i32, margin: i32): i32 {
  return <i32>max(<i64>worst - <i64>margin - 1, <i64>i32.MIN_VALUE);
}

/**
 * Collects those of `count` products, of columns from `first` on, that are above a list's limit. Returns the list's
 * new size; −1 where cutting it makes no room.
 */
function offer(
  row: usize, first: i32, count: i32, k: i32, roughs: usize, columns: usize, limitOfList: usize, size: i32,
  margin: i32, room: usize,
): i32 {
  const capacity = capacityFor(k);
  let limit = i32x4.splat(load<i32>(limitOfList));
  for (let c: i32 = 0; c < count; c += 16) {
    const at = row + ((<usize>c) << 2);
    const a = i32x4.gt_s(v128.load(at), limit), b = i32x4.gt_s(v128.load(at, 16), limit);
    const d = i32x4.gt_s(v128.load(at, 32), limit), e = i32x4.gt_s(v128.load(at, 48), limit);
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(d, e)))) continue;
    let passed: u32 =
      i32x4.bitmask(a) | (i32x4.bitmask(b) << 4) | (i32x4.bitmask(d) << 8) | (i32x4.bitmask(e) << 12);
    for (; passed != 0; passed &= passed - 1) {
      const lane = <i32>ctz(passed);
      const to = (<usize>size) << 2;
      store<i32>(roughs + to, load<i32>(at + ((<usize>lane) << 2)));
      store<i32>(columns + to, first + c + lane);
      size++;
      if (size < capacity) continue;
      cut(roughs, columns, size, k, margin, limitOfList, room);
      size = kept;
      if (size > capacity - leastRoom) return -1;
      limit = i32x4.splat(load<i32>(limitOfList));
    }
  }
  return size;
}

/** More numbers than asked for that {@link reachedBy} may let pass: the last steps of halving aren't worth it. */
const mostSpare: i32 = 4;

/** A number that at least `k` of `count` numbers reach, and few others; there is room for a multiple of four. */
function reachedBy(numbers: usize, count: i32, k: i32): i32 {
  const end = numbers + ((<usize>count) << 2);
  for (let at = end; ((at - numbers) & 15) != 0; at += 4) store<i32>(at, i32.MIN_VALUE);
  let lows = i32x4.splat(i32.MAX_VALUE), highs = i32x4.splat(i32.MIN_VALUE);
  for (let at = numbers; at < end; at += 16) {
    const all = v128.load(at);
    lows = i32x4.min_s(lows, all);
    highs = i32x4.max_s(highs, all);
  }
  // At least k reach `low`, fewer reach `high`.
  let low = <i64>min(
    min(i32x4.extract_lane(lows, 0), i32x4.extract_lane(lows, 1)),
    min(i32x4.extract_lane(lows, 2), i32x4.extract_lane(lows, 3)),
  );
  let high = <i64>max(
    max(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1)),
    max(i32x4.extract_lane(highs, 2), i32x4.extract_lane(highs, 3)),
  ) + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const reach = i32x4.splat(<i32>middle);
    let found = i32x4.splat(0);
    for (let at = numbers; at < end; at += 16) found = i32x4.sub(found, i32x4.ge_s(v128.load(at), reach));
    const above = sumOfLanes(found);
    if (above < k) high = middle;
    else {
      low = middle;
      if (above <= k + mostSpare) break;
    }
  }
  return <i32>low;
}

/** Entries that {@link cut} has kept. */
let kept: i32 = 0;

/** Keeps the entries of a list that may be among the best `k`, in their order, and sets its limit. */
function cut(
  roughs: usize, columns: usize, size: i32, k: i32, margin: i32, limitOfList: usize, room: usize,
): void {
  if (margin < 0) {
    // All are zero: the first are the best.
    store<i32>(limitOfList, 0);
    kept = k;
    return;
  }
  const limit = limitBelow(reachedBy(roughs, size, k), margin);
  const end = (<usize>size) << 2;
  let to: usize = 0;
  for (let at: usize = 0; at < end; at += 4) {
    const rough = load<i32>(roughs + at);
    store<i32>(roughs + to, rough);
    store<i32>(columns + to, load<i32>(columns + at));
    to += rough > limit ? 4 : 0;
  }
  store<i32>(limitOfList, limit);
  kept = <i32>(to >> 2);
}
