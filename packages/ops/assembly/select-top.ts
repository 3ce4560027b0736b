import { multiply } from './multiply';
import { rankRoughly } from './rough-top';
import {
  begin, capacityFor, finish, groupsFor, itemBlock, keepBest, largestAt, mask, put, rowBytes, userBlock,
} from './top-lists';

/** Blocks of users for whom rounding keeps too few items out, until it isn't tried any more. */
const mostFailures: i32 = 2;

/**
 * The `k` items with the largest inner products of each of `count` users (rows `list[0 … count − 1]` of
 * `users`), best first, equal scores by lower item. Products of −∞ and NaN are never chosen: places left over
 * hold −1.
 *
 * A user leaves out the items `excluded[offsets[u]] … excluded[offsets[u + 1] − 1]`, which must ascend;
 * `offsets` 0: none. Products are made 64 users by 512 items at a time and never leave the cache; sixteen at a
 * time are compared with the worst that can still be among a user's best, and few pass. Those are collected,
 * and when some `2 k + 64` have come together the best `k` are kept. `lists` must have room for
 * `64 · (4 k + 136) + 2 k + 74` numbers, `products` for `64 · 512`.
 *
 * With `rough`, the items as `roundItems` rounds them to at most `largest` (0: none), products are rough ones
 * where that leads to the same result: see {@link rankRoughly}. `itemExtent` and `itemSum` are the items'
 * `extentOfRows`; `roughUsers` has room for `64 · ⌈columns / 2⌉` numbers.
 */
export function topOfProducts(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, lists: usize, products: usize, out: usize,
  rough: usize, roughUsers: usize, largest: i32, itemExtent: f64, itemSum: f64,
): void {
  let failures: i32 = rough == 0 ? mostFailures : 0;
  for (let u0: i32 = 0; u0 < count; u0 += userBlock) {
    const block = min(userBlock, count - u0);
    if (
      failures == mostFailures ||
      !rankRoughly(
        users, list, block, items, numItems, columns, k, offsets, excluded, lists, products, out,
        rough, roughUsers, largest, itemExtent, itemSum,
      )
    ) {
      failures = min(failures + 1, mostFailures);
      rankExactly(users, list, block, items, numItems, columns, k, offsets, excluded, lists, products, out);
    }
    list += (<usize>block) << 2;
    out += ((<usize>block) * (<usize>k)) << 2;
  }
}

/** {@link topOfProducts} of up to 64 users by products in float32. */
function rankExactly(
  users: usize, list: usize, count: i32, items: usize, numItems: i32, columns: i32, k: i32,
  offsets: usize, excluded: usize, lists: usize, products: usize, out: usize,
): void {
  const listBytes = (<usize>capacityFor(k)) << 3;
  const sizes = lists + (<usize>userBlock) * listBytes;
  const nexts = sizes + ((<usize>userBlock) << 2);
  const limits = nexts + ((<usize>userBlock) << 2);
  const room = limits + ((<usize>userBlock) << 2);
  begin(list, count, offsets, sizes, nexts);
  for (let i0: i32 = 0; i0 < numItems; i0 += itemBlock) {
    const width = min(itemBlock, numItems - i0);
    multiply(
      count, width, columns, users, columns, 1, list, 0,
      items + (((<usize>i0) * (<usize>columns)) << 2), 1, columns, products, itemBlock, 0, false,
    );
    for (let u: i32 = 0; u < count; u++) {
      const at = (<usize>u) << 2;
      const row = products + (<usize>u) * rowBytes;
      mask(row, i0, width, load<i32>(list + at), offsets, excluded, nexts + at, reinterpret<i32>(-<f32>Infinity));
      const scores = lists + (<usize>u) * listBytes;
      const size = load<i32>(sizes + at);
      if (i0 == 0) store<f32>(limits + at, firstLimit(row, width, k, room));
      store<i32>(sizes + at, offerAll(row, i0, width, k, scores, scores + (listBytes >> 1), limits + at, size, room));
    }
  }
  for (let u: i32 = 0; u < count; u++) {
    const scores = lists + (<usize>u) * listBytes;
    finish(scores, scores + (listBytes >> 1), load<i32>(sizes + ((<usize>u) << 2)), k, out, room);
    out += (<usize>k) << 2;
  }
}

/**
 * A number below which none of the `k` best of a first whole block of scores lies: with the block in more than
 * `k` groups, the best of at least `k` of them reach the `k`-th best of the groups' best. So few scores have to
 * be collected before there is a limit that keeps most out. `room`: `2 k + 32` numbers.
 */
function firstLimit(row: usize, width: i32, k: i32, room: usize): f32 {
  const groups = groupsFor(k);
  if (width != itemBlock || groups > itemBlock >> 2) return -<f32>Infinity;
  const end = row + rowBytes;
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
