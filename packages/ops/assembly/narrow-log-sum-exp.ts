import { largest, one } from './log-sum-exp';
import { scratch } from './scratch';
import { horizontalSum } from './numbers';

// The kernels of log-sum-exp.ts for rows of at most four numbers, where exponentials are nearly all the work: no
// product is written to memory. Candidates go in blocks, a column after the other, columns past the last zero.
// Numbers below 1e-18 count as zero: their products would be denormal, at a hundred times the time of others.

/** Candidates of a block: a block's columns and its gradients' columns fit the first cache. */
const block: i32 = 512;

/** log₂ e and ln 2: exponentials are powers of two here, and what anchors are multiplied by on loading makes up for it. */
const log2e: f32 = 1.44269504;
const ln2: f32 = 0.693147181;

/** Products of this size at most are exponentiated as they are. */
const safe: f32 = 40;

/**
 * `out[r] = ln Σ_j exp(a_r · c_j)`. `sums`: `count` numbers of memory.
 */
export function logSumExpOfNarrowProducts(
  anchors: usize, count: i32, candidates: usize, numCandidates: i32, columns: i32, out: usize, sums: usize,
): void {
  const products = scratch + 16 * (<usize>block);
  for (let start: i32 = 0; start < numCandidates; start += block) {
    const size = min(block, numCandidates - start);
    const length = packColumns(candidates + (((<usize>start) * (<usize>columns)) << 2), size, columns);
    for (let r: i32 = 0; r < count; r++) {
      const a = anchors + (((<usize>r) * (<usize>columns)) << 2);
      const at = (<usize>r) << 2;
      const before = start == 0 ? -<f32>Infinity : load<f32>(out + at);
      // By Cauchy and Schwarz no product is larger.
      let top: f32 = 0;
      if (norm(a, columns) * length > safe) {
        writeProducts(a, size, columns, products);
        top = largest(products, size) * ln2;
      }
      top = max(before, top);
      let sum = sumOfExponentials(a, size, columns, top);
      if (start > 0) sum += load<f32>(sums + at) * one(before - top);
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
 * With `p = weights[r] · exp(a_r · c_j − shifts[r])` for the candidates `from … to − 1`, at most 512:
 * `ofAnchors[r] = Σ_j p c_j` (these candidates' part) and `ofCandidates[j] = Σ_r p a_r`.
 */
export function narrowExponentialGradients(
  anchors: usize, count: i32, candidates: usize, from: i32, to: i32, columns: i32, shifts: usize, weights: usize,
  ofAnchors: usize, ofCandidates: usize,
): void {
  const size = to - from;
  const stride = (<usize>block) << 2;
  packColumns(candidates + (((<usize>from) * (<usize>columns)) << 2), size, columns);
  const gradients = scratch + 4 * stride;
  memory.fill(gradients, 0, 4 * stride);
  const end = scratch + (((<usize>size) << 2));
  for (let r: i32 = 0; r < count; r++) {
    const a = anchors + (((<usize>r) * (<usize>columns)) << 2);
    const a0 = splatted(a, 0, columns), a1 = splatted(a, 1, columns);
    const a2 = splatted(a, 2, columns), a3 = splatted(a, 3, columns);
    const shift = f32x4.splat(load<f32>(shifts + ((<usize>r) << 2)) * log2e);
    const weight = f32x4.splat(load<f32>(weights + ((<usize>r) << 2)));
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    // Up to three candidates past the last are zero, and so is what they add; their gradients are not read.
    for (let c = scratch; c < end; c += 16) {
      const c0 = v128.load(c), c1 = v128.load(c + stride), c2 = v128.load(c + 2 * stride), c3 = v128.load(c + 3 * stride);
      const product = f32x4.add(
        f32x4.add(f32x4.mul(a0, c0), f32x4.mul(a1, c1)), f32x4.add(f32x4.mul(a2, c2), f32x4.mul(a3, c3)),
      );
      const p = f32x4.mul(weight, powerOfTwo(f32x4.sub(product, shift)));
      s0 = f32x4.add(s0, f32x4.mul(p, c0));
      s1 = f32x4.add(s1, f32x4.mul(p, c1));
      s2 = f32x4.add(s2, f32x4.mul(p, c2));
      s3 = f32x4.add(s3, f32x4.mul(p, c3));
      const g = c + 4 * stride;
      v128.store(g, f32x4.add(v128.load(g), f32x4.mul(p, a0)));
      v128.store(g + stride, f32x4.add(v128.load(g + stride), f32x4.mul(p, a1)));
      v128.store(g + 2 * stride, f32x4.add(v128.load(g + 2 * stride), f32x4.mul(p, a2)));
      v128.store(g + 3 * stride, f32x4.add(v128.load(g + 3 * stride), f32x4.mul(p, a3)));
    }
    const target = ofAnchors + (((<usize>r) * (<usize>columns)) << 2);
    store<f32>(target, horizontalSum(s0));
    if (columns > 1) store<f32>(target, horizontalSum(s1), 4);
    if (columns > 2) store<f32>(target, horizontalSum(s2), 8);
    if (columns > 3) store<f32>(target, horizontalSum(s3), 12);
  }
  for (let j: i32 = 0; j < size; j++) {
    for (let k: i32 = 0; k < columns; k++) {
      const value = load<f32>(gradients + (<usize>k) * stride + ((<usize>j) << 2)) * ln2;
      store<f32>(ofCandidates + (((<usize>(from + j)) * (<usize>columns) + (<usize>k)) << 2), value);
    }
  }
}

/** Writes a block's columns to scratch memory, padded with zeros to a multiple of four; the largest norm of its rows. */
function packColumns(candidates: usize, size: i32, columns: i32): f32 {
  const stride = (<usize>block) << 2;
  let longest: f32 = 0;
  for (let j: i32 = 0; j < ((size + 3) & ~3); j++) {
    const row = candidates + (((<usize>j) * (<usize>columns)) << 2);
    if (j < size) longest = max(longest, norm(row, columns));
    for (let k: i32 = 0; k < 4; k++) {
      const value: f32 = j < size && k < columns ? normalNumber(row + ((<usize>k) << 2)) : 0;
      store<f32>(scratch + (<usize>k) * stride + ((<usize>j) << 2), value);
    }
  }
  return longest;
}

// @ts-ignore: decorator
@inline
function norm(row: usize, columns: i32): f32 {
  let sum: f32 = 0;
  for (let k: i32 = 0; k < columns; k++) {
    const value = normalNumber(row + ((<usize>k) << 2));
    sum += value * value;
  }
  return Mathf.sqrt(sum);
}

// @ts-ignore: decorator
@inline
function splatted(row: usize, k: i32, columns: i32): v128 {
  return f32x4.splat(k < columns ? normalNumber(row + ((<usize>k) << 2)) * log2e : 0);
}

/**
 * `2ˣ` in each lane, to 2 units in the last place, for `x ≤ 100`; 2⁻¹⁰⁰ below −100.
 *
 * With n the nearest integer, 2ⁿ goes into the exponent of `2^(x − n)`, which is a polynomial of the fifth degree
 * with the smallest relative error (7.5e-8) between −½ and ½.
 */
// @ts-ignore: decorator
@inline
function powerOfTwo(value: v128): v128 {
  const x = f32x4.max(value, f32x4.splat(-100));
  // 1.5 · 2²³: a number added to it is rounded to an integer, which then stands in the lowest bits.
  const magic = f32x4.splat(12582912);
  const rounded = f32x4.add(x, magic);
  const f = f32x4.sub(x, f32x4.sub(rounded, magic));
  let p = f32x4.splat(0.0013276472454890609);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.009675540961325169));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.05550713092088699));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.24022120237350464));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.6931469440460205));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.0000001192092896));
  return i32x4.add(p, i32x4.shl(rounded, 23));
}

// @ts-ignore: decorator
@inline
function normalNumber(x: usize): f32 {
  const value = load<f32>(x);
  return abs(value) < 1e-18 ? 0 : value;
}

/** `log₂ e · a · c_j` for a block. */
function writeProducts(a: usize, size: i32, columns: i32, out: usize): void {
  const stride = (<usize>block) << 2;
  const a0 = splatted(a, 0, columns), a1 = splatted(a, 1, columns);
  const a2 = splatted(a, 2, columns), a3 = splatted(a, 3, columns);
  const end = scratch + ((<usize>size) << 2);
  for (let c = scratch; c < end; c += 16) {
    v128.store(out, f32x4.add(
      f32x4.add(f32x4.mul(a0, v128.load(c)), f32x4.mul(a1, v128.load(c + stride))),
      f32x4.add(f32x4.mul(a2, v128.load(c + 2 * stride)), f32x4.mul(a3, v128.load(c + 3 * stride))),
    ));
    out += 16;
  }
}

/** `Σ_j exp(a · c_j − shift)` over a block. */
function sumOfExponentials(a: usize, size: i32, columns: i32, shift: f32): f32 {
  const stride = (<usize>block) << 2;
  const a0 = splatted(a, 0, columns), a1 = splatted(a, 1, columns);
  const a2 = splatted(a, 2, columns), a3 = splatted(a, 3, columns);
  const shifts = f32x4.splat(shift * log2e);
  let sums = f32x4.splat(0);
  const end = scratch + ((<usize>(size & ~3)) << 2);
  let c = scratch;
  for (; c < end; c += 16) {
    const product = f32x4.add(
      f32x4.add(f32x4.mul(a0, v128.load(c)), f32x4.mul(a1, v128.load(c + stride))),
      f32x4.add(f32x4.mul(a2, v128.load(c + 2 * stride)), f32x4.mul(a3, v128.load(c + 3 * stride))),
    );
    sums = f32x4.add(sums, powerOfTwo(f32x4.sub(product, shifts)));
  }
  let sum = horizontalSum(sums);
  for (let j = size & ~3; j < size; j++) {
    let product: f32 = 0;
    for (let k: i32 = 0; k < columns; k++) {
      product += normalNumber(a + ((<usize>k) << 2)) * load<f32>(scratch + (<usize>k) * stride + ((<usize>j) << 2));
    }
    sum += one(product - shift);
  }
  return sum;
}
