import { exponential } from './exponential';
import { multiply } from './multiply';
import { horizontalSum } from './numbers';

/**
 * Log-sum-exp of each anchor's inner products with all candidates, `out[r] = ln Σ_j exp(a_r · c_j)`.
 *
 * Candidates go in blocks of `block`, whose products lie in `products` (`count · block` numbers); a row keeps the
 * largest product and the sum so far.
 */
export function logSumExpOfProducts(
  anchors: usize, count: i32, candidates: usize, numCandidates: i32, columns: i32,
  block: i32, products: usize, out: usize, sums: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let start: i32 = 0; start < numCandidates; start += block) {
    const size = min(block, numCandidates - start);
    multiply(
      count, size, columns, anchors, columns, 1, 0, 0,
      candidates + (<usize>start) * stride, 1, columns, products, size, 0, false,
    );
    for (let r: i32 = 0; r < count; r++) {
      const at = (<usize>r) << 2;
      const row = products + (((<usize>r) * (<usize>size)) << 2);
      const before = start == 0 ? -<f32>Infinity : load<f32>(out + at);
      const top = max(before, largest(row, size));
      let sum = sumOfExponentials(row, size, top);
      if (start > 0) sum += load<f32>(sums + at) * Mathf.exp(before - top);
      store<f32>(out + at, top);
      store<f32>(sums + at, sum);
    }
  }
  for (let r: i32 = 0; r < count; r++) {
    const at = (<usize>r) << 2;
    store<f32>(out + at, load<f32>(out + at) + Mathf.log(load<f32>(sums + at)));
  }
}

/**
 * `x[r, c] = weights[r] · exp(x[r, c] − shifts[r])`, in place: the shares of a block of products in the gradient
 * of {@link logSumExpOfProducts}.
 */
export function exponentialShares(x: usize, count: i32, columns: i32, shifts: usize, weights: usize): void {
  for (let r: i32 = 0; r < count; r++) {
    const shift = load<f32>(shifts + ((<usize>r) << 2));
    const weight = load<f32>(weights + ((<usize>r) << 2));
    const shiftOfLanes = f32x4.splat(shift), weightOfLanes = f32x4.splat(weight);
    let c: i32 = 0;
    for (; c + 4 <= columns; c += 4) {
      v128.store(x, f32x4.mul(weightOfLanes, exponential(f32x4.sub(v128.load(x), shiftOfLanes))));
      x += 16;
    }
    for (; c < columns; c++) {
      store<f32>(x, weight * one(load<f32>(x) - shift));
      x += 4;
    }
  }
}

// @ts-ignore: decorator
@inline
export function one(x: f32): f32 {
  return f32x4.extract_lane(exponential(f32x4.splat(x)), 0);
}

// @ts-ignore: decorator
@inline
export function largest(x: usize, count: i32): f32 {
  let tops = f32x4.splat(-<f32>Infinity);
  let c: i32 = 0;
  for (; c + 4 <= count; c += 4) tops = f32x4.max(tops, v128.load(x + ((<usize>c) << 2)));
  let top = max(
    max(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)),
    max(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)),
  );
  for (; c < count; c++) top = max(top, load<f32>(x + ((<usize>c) << 2)));
  return top;
}

// @ts-ignore: decorator
@inline
export function sumOfExponentials(x: usize, count: i32, shift: f32): f32 {
  const shifts = f32x4.splat(shift);
  let sums = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= count; c += 4) {
    sums = f32x4.add(sums, exponential(f32x4.sub(v128.load(x + ((<usize>c) << 2)), shifts)));
  }
  let sum = horizontalSum(sums);
  for (; c < count; c++) sum += one(load<f32>(x + ((<usize>c) << 2)) - shift);
  return sum;
}
