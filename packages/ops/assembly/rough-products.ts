import { blockDepth } from './multiply';
import { horizontalSum } from './numbers';

/** Rows too small to be scaled, but those of zeros, and products that may overflow: neither is rounded. */
const smallestExtent: f64 = 1e-30;
const largestProduct: f64 = 1e37;

/**
 * Largest absolute number of `rows` rows, and largest sum of the absolute numbers of a row, into `out[0]` and
 * `out[1]` (float64). Infinite where something isn't finite.
 */
export function extentOfRows(x: usize, rows: i32, columns: i32, out: usize): void {
  let largest: f64 = 0, largestSum: f64 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    const sum = absoluteSum(x, columns);
    largestSum = max(largestSum, sum);
    largest = max(largest, sum < <f64>Infinity ? absoluteMaximum(x, columns) : sum);
    x += (<usize>columns) << 2;
  }
  store<f64>(out, largest);
  store<f64>(out, largestSum, 8);
}

/** Infinite where a number isn't finite. */
function absoluteSum(row: usize, columns: i32): f64 {
  let sums = f32x4.splat(0);
  let rest: f32 = 0;
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) sums = f32x4.add(sums, f32x4.abs(v128.load(row + ((<usize>c) << 2))));
  for (; c < columns; c++) rest += abs(load<f32>(row + ((<usize>c) << 2)));
  const sum = <f64>horizontalSum(sums) + <f64>rest;
  return sum < <f64>Infinity ? sum : <f64>Infinity;
}

function absoluteMaximum(row: usize, columns: i32): f64 {
  let all = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) all = f32x4.max(all, f32x4.abs(v128.load(row + ((<usize>c) << 2))));
  let largest = max(
    max(f32x4.extract_lane(all, 0), f32x4.extract_lane(all, 1)),
    max(f32x4.extract_lane(all, 2), f32x4.extract_lane(all, 3)),
  );
  for (; c < columns; c++) largest = max(largest, abs(load<f32>(row + ((<usize>c) << 2))));
  return <f64>largest;
}

/**
 * Rounds `rows` rows to whole numbers, times `inverse`, in panels of eight rows: two numbers of each row lie side
 * by side, rows and columns past the end are zero. `out` has room for `⌈columns / 2⌉` numbers a row, and for
 * whole panels.
 */
export function roundItems(x: usize, rows: i32, columns: i32, inverse: f32, out: usize): void {
  const pairs = (columns + 1) >> 1;
  for (let row: i32 = 0; row < rows; row++) {
    const panel = out + (((<usize>(row >> 3)) * (<usize>pairs)) << 5);
    roundRow(x, columns, inverse, panel + ((<usize>(row & 7)) << 2), 32);
    x += (<usize>columns) << 2;
  }
  for (let row = rows; (row & 7) != 0; row++) {
    const panel = out + (((<usize>(row >> 3)) * (<usize>pairs)) << 5);
    for (let pair: i32 = 0; pair < pairs; pair++) {
      store<i32>(panel + ((<usize>(row & 7)) << 2) + ((<usize>pair) << 5), 0);
    }
  }
}

/** Writes a row's rounded numbers by twos, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function roundRow(row: usize, columns: i32, inverse: f32, to: usize, step: usize): void {
  const factor = f32x4.splat(inverse);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    const scaled = f32x4.nearest(f32x4.mul(factor, v128.load(row + ((<usize>c) << 2))));
    const whole = i32x4.trunc_sat_f32x4_s(scaled);
    const pairs = i16x8.narrow_i32x4_s(whole, whole);
    store<i32>(to, i32x4.extract_lane(pairs, 0));
    store<i32>(to + step, i32x4.extract_lane(pairs, 1));
    to += 2 * step;
  }
  for (; c < columns; c += 2) {
    const first = <i32>nearest(inverse * load<f32>(row + ((<usize>c) << 2)));
    const second = c + 1 < columns ? <i32>nearest(inverse * load<f32>(row + ((<usize>c) << 2), 4)) : 0;
    store<i32>(to, (first & 0xffff) | (second << 16));
    to += step;
  }
}

/**
 * Rounds `count` listed users into panels of four, and writes each one's margin: twice the bound of what its rough
 * products are off by, in units of them; −1 where they are exact. Returns whether all can be rounded.
 *
 * With `u = s q + e`, `v = t r + f`, `|e| ≤ s/2` and `|f| ≤ t/2` a product is off by at most
 * `t/2 ‖u‖₁ + s/2 ‖v‖₁ + d s t/4`, and the exact one in float32 by `d 2⁻²⁴ ‖u‖₁ ‖v‖∞`.
 */
export function roundUsers(
  users: usize, list: usize, count: i32, columns: i32, largest: i32,
  itemExtent: f64, itemSum: f64, panels: usize, margins: usize,
): bool {
  const pairs = (columns + 1) >> 1;
  const itemUnit = itemExtent / <f64>largest;
  for (let u: i32 = 0; u < count; u++) {
    const at = (<usize>u) << 2;
    const row = users + (((<usize>load<i32>(list + at)) * (<usize>columns)) << 2);
    const panel = panels + (((<usize>(u >> 2)) * (<usize>pairs)) << 4);
    const sum = absoluteSum(row, columns);
    if (!(sum * itemExtent < largestProduct)) return false;
    const extent = absoluteMaximum(row, columns);
    roundRow(row, columns, extent == 0 ? 0 : <f32>(<f64>largest / extent), panel + ((<usize>(u & 3)) << 2), 16);
    if (extent == 0) {
      store<i32>(margins + at, -1);
      continue;
    }
    const unit = extent / <f64>largest;
    // Half a unit, and what the multiplication before rounding loses.
    const error =
      0.505 * (itemUnit * sum + unit * itemSum) + 0.26 * <f64>columns * unit * itemUnit +
      <f64>(columns + 2) * 6e-8 * sum * itemExtent;
    // Sums of absolute numbers were rounded, too, and products may be too small for float32.
    const bound = 1.001 * error + <f64>columns * 3e-45;
    const margin = 2 * bound / (unit * itemUnit) + 1;
    if (extent < smallestExtent || !(margin < <f64>i32.MAX_VALUE)) return false;
    store<i32>(margins + at, <i32>margin);
  }
  return true;
}

/** Products of panels of users and items, `[users × 512]` whole numbers; `width` items and up to seven more. */
export function roughProducts(
  users: usize, count: i32, items: usize, width: i32, columns: i32, products: usize, stride: usize,
): void {
  const pairs = (columns + 1) >> 1;
  for (let i: i32 = 0; i < width; i += 8) {
    const panel = items + (((<usize>(i >> 3)) * (<usize>pairs)) << 5);
    for (let u: i32 = 0; u < count; u += 4) {
      roughTile(
        users + (((<usize>(u >> 2)) * (<usize>pairs)) << 4), panel, pairs,
        products + (<usize>u) * stride + ((<usize>i) << 2), stride,
      );
    }
  }
}

/** Four users by eight items, two columns at a time. */
function roughTile(a: usize, b: usize, pairs: i32, c: usize, stride: usize): void {
  let c00 = i32x4.splat(0), c01 = i32x4.splat(0), c10 = i32x4.splat(0), c11 = i32x4.splat(0);
  let c20 = i32x4.splat(0), c21 = i32x4.splat(0), c30 = i32x4.splat(0), c31 = i32x4.splat(0);
  const end = b + ((<usize>pairs) << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(v, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(v, b1));
    v = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(v, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(v, b1));
    v = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(v, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(v, b1));
    v = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(v, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(v, b1));
    a += 16;
    b += 32;
  }
  storePair(c, c00, c01);
  storePair(c + stride, c10, c11);
  storePair(c + 2 * stride, c20, c21);
  storePair(c + 3 * stride, c30, c31);
}

// @ts-ignore: decorator
@inline
function storePair(to: usize, left: v128, right: v128): void {
  v128.store(to, left);
  v128.store(to, right, 16);
}

/**
 * Exact products of a user with `count` listed items, summed in the order in which `multiply` does: the same
 * numbers to the last bit. Eight items at a time: `products` has room for up to seven numbers more.
 */
export function exactProducts(
  user: usize, items: usize, columns: i32, list: usize, count: i32, products: usize,
): void {
  for (let n: i32 = 0; n < count; n += 8) {
    const at = list + ((<usize>n) << 2);
    const last = min(7, count - n - 1);
    const p0 = itemAt(items, at, 0, columns), p1 = itemAt(items, at, min(1, last), columns);
    const p2 = itemAt(items, at, min(2, last), columns), p3 = itemAt(items, at, min(3, last), columns);
    const p4 = itemAt(items, at, min(4, last), columns), p5 = itemAt(items, at, min(5, last), columns);
    const p6 = itemAt(items, at, min(6, last), columns), p7 = itemAt(items, at, min(7, last), columns);
    let left = f32x4.splat(0), right = f32x4.splat(0);
    for (let k0: i32 = 0; k0 < columns; k0 += blockDepth) {
      const end = (<usize>min(columns, k0 + blockDepth)) << 2;
      let a = f32x4.splat(0), b = f32x4.splat(0);
      let d = (<usize>k0) << 2;
      for (; d + 16 <= end; d += 16) {
        a = addFour(a, user + d, p0 + d, p1 + d, p2 + d, p3 + d);
        b = addFour(b, user + d, p4 + d, p5 + d, p6 + d, p7 + d);
      }
      for (; d < end; d += 4) {
        const v = v128.load32_splat(user + d);
        a = f32x4.add(a, f32x4.mul(v, gatherFour(p0 + d, p1 + d, p2 + d, p3 + d)));
        b = f32x4.add(b, f32x4.mul(v, gatherFour(p4 + d, p5 + d, p6 + d, p7 + d)));
      }
      left = k0 == 0 ? a : f32x4.add(a, left);
      right = k0 == 0 ? b : f32x4.add(b, right);
    }
    storePair(products + ((<usize>n) << 2), left, right);
  }
}

// @ts-ignore: decorator
@inline
function itemAt(items: usize, list: usize, place: i32, columns: i32): usize {
  return items + (((<usize>load<i32>(list + ((<usize>place) << 2))) * (<usize>columns)) << 2);
}

/** Adds the products of four columns of a user with those of four items, one column after the other. */
// @ts-ignore: decorator
@inline
function addFour(sums: v128, user: usize, p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  const a = v128.load(p0), b = v128.load(p1), c = v128.load(p2), d = v128.load(p3);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7), cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  sums = f32x4.add(sums, f32x4.mul(v128.load32_splat(user), i32x4.shuffle(ab, cd, 0, 1, 4, 5)));
  sums = f32x4.add(sums, f32x4.mul(v128.load32_splat(user, 4), i32x4.shuffle(ab, cd, 2, 3, 6, 7)));
  sums = f32x4.add(sums, f32x4.mul(v128.load32_splat(user, 8), i32x4.shuffle(ab2, cd2, 0, 1, 4, 5)));
  return f32x4.add(sums, f32x4.mul(v128.load32_splat(user, 12), i32x4.shuffle(ab2, cd2, 2, 3, 6, 7)));
}

/** One number from each of four places. */
// @ts-ignore: decorator
@inline
function gatherFour(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  const a = v128.load32_lane(p1, v128.load32_zero(p0), 1);
  return v128.load32_lane(p3, v128.load32_lane(p2, a, 2), 3);
}
