import { exponential } from './exponential';
import { largest } from './log-sum-exp';
import { horizontalSum } from './numbers';
import { scratch } from './scratch';

/**
 * Scaled dot-product attention within groups of rows. A row of `x` holds its queries, keys and values
 * (`3 · heads · width` numbers), a row of `out` the heads' results (`heads · width`). Group g is the rows
 * `rows[offsets[g]] … rows[offsets[g + 1] − 1]`; those of the groups `first … last − 1` are written. The thread's scratch memory holds keys and values
 * of a head, transposed, and two rows (see attend-groups.ts for the room that takes).
 */
export function attendGroups(
  x: usize, offsets: usize, rows: usize, first: i32, last: i32, heads: i32, width: i32, out: usize,
): void {
  const size = <usize>(heads * width);
  const stride = (3 * size) << 2;
  for (let g = first; g < last; g++) {
    const start = load<i32>(offsets + ((<usize>g) << 2));
    const n = load<i32>(offsets + ((<usize>(g + 1)) << 2)) - start;
    const list = rows + ((<usize>start) << 2);
    const padded = (n + 3) & ~3;
    const keys = scratch;
    const weights = keys + ((<usize>(width * padded)) << 2);
    for (let h: i32 = 0; h < heads; h++) {
      const skip = (<usize>(h * width)) << 2;
      transpose(x + (size << 2) + skip, stride, list, n, padded, width, keys);
      for (let i: i32 = 0; i < n; i++) {
        const row = <usize>load<i32>(list + ((<usize>i) << 2));
        products(x + row * stride + skip, keys, width, padded, weights);
        softmax(weights, n, padded, <f32>1 / sqrt<f32>(<f32>width));
        combineRows(weights, x + (size << 3) + skip, stride, list, n, width, 1, out + (row * size << 2) + skip);
      }
    }
  }
}

/** Gradient of {@link attendGroups} for `x`, from that of its result. */
export function attendGroupsGradient(
  x: usize, dy: usize, offsets: usize, rows: usize, first: i32, last: i32, heads: i32, width: i32, out: usize,
): void {
  const size = <usize>(heads * width);
  const stride = (3 * size) << 2;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>width);
  for (let g = first; g < last; g++) {
    const start = load<i32>(offsets + ((<usize>g) << 2));
    const n = load<i32>(offsets + ((<usize>(g + 1)) << 2)) - start;
    const list = rows + ((<usize>start) << 2);
    const padded = (n + 3) & ~3;
    const keys = scratch;
    const values = keys + ((<usize>(width * padded)) << 2);
    const weights = values + ((<usize>(width * padded)) << 2);
    const slopes = weights + ((<usize>padded) << 2);
    for (let i: i32 = 0; i < n; i++) {
      memory.fill(out + (<usize>load<i32>(list + ((<usize>i) << 2))) * stride, 0, stride);
    }
    for (let h: i32 = 0; h < heads; h++) {
      const skip = (<usize>(h * width)) << 2;
      const toKeys = (size << 2) + skip, toValues = (size << 3) + skip;
      transpose(x + toKeys, stride, list, n, padded, width, keys);
      transpose(x + toValues, stride, list, n, padded, width, values);
      for (let i: i32 = 0; i < n; i++) {
        const row = <usize>load<i32>(list + ((<usize>i) << 2));
        const query = x + row * stride + skip;
        const slope = dy + (row * size << 2) + skip;
        products(query, keys, width, padded, weights);
        softmax(weights, n, padded, scale);
        products(slope, values, width, padded, slopes);
        addMultiples(weights, slope, list, n, width, 1, out + toValues, stride);
        throughSoftmax(weights, slopes, padded);
        combineRows(slopes, x + toKeys, stride, list, n, width, scale, out + row * stride + skip);
        addMultiples(slopes, query, list, n, width, scale, out + toKeys, stride);
      }
    }
  }
}

/** `out[c, j] = x[list[j], c]`, with zeros for `j ≥ n`. */
function transpose(
  x: usize, stride: usize, list: usize, n: i32, padded: i32, width: i32, out: usize,
): void {
  const step = (<usize>padded) << 2;
  for (let j: i32 = 0; j < padded; j++) {
    let target = out + ((<usize>j) << 2);
    const row = j < n ? x + (<usize>load<i32>(list + ((<usize>j) << 2))) * stride : 0;
    for (let c: i32 = 0; c < width; c++) {
      store<f32>(target, j < n ? load<f32>(row + ((<usize>c) << 2)) : 0);
      target += step;
    }
  }
}

/** `out[j] = Σ_c row[c] · transposed[c, j]`. */
// @ts-ignore: decorator
@inline
function products(row: usize, transposed: usize, width: i32, padded: i32, out: usize): void {
  const step = (<usize>padded) << 2;
  let j: i32 = 0;
  for (; j + 16 <= padded; j += 16) {
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    let from = transposed + ((<usize>j) << 2);
    for (let k: i32 = 0; k < width; k++) {
      const s = v128.load32_splat(row + ((<usize>k) << 2));
      a = f32x4.add(a, f32x4.mul(s, v128.load(from)));
      b = f32x4.add(b, f32x4.mul(s, v128.load(from, 16)));
      c = f32x4.add(c, f32x4.mul(s, v128.load(from, 32)));
      d = f32x4.add(d, f32x4.mul(s, v128.load(from, 48)));
      from += step;
    }
    const to = out + ((<usize>j) << 2);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; j < padded; j += 4) {
    let a = f32x4.splat(0);
    let from = transposed + ((<usize>j) << 2);
    for (let k: i32 = 0; k < width; k++) {
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(row + ((<usize>k) << 2)), v128.load(from)));
      from += step;
    }
    v128.store(out + ((<usize>j) << 2), a);
  }
}

/** Softmax of `scale · x` in place; zeros for `j ≥ n`. */
// @ts-ignore: decorator
@inline
function softmax(x: usize, n: i32, padded: i32, scale: f32): void {
  for (let j = n; j < padded; j++) store<f32>(x + ((<usize>j) << 2), -<f32>Infinity);
  const top = largest(x, padded);
  const topOfLanes = f32x4.splat(top), scales = f32x4.splat(scale);
  let sums = f32x4.splat(0);
  for (let j: i32 = 0; j < padded; j += 4) {
    const at = x + ((<usize>j) << 2);
    const value = exponential(f32x4.mul(scales, f32x4.sub(v128.load(at), topOfLanes)));
    v128.store(at, value);
    sums = f32x4.add(sums, value);
  }
  const shares = f32x4.splat(<f32>1 / horizontalSum(sums));
  for (let j: i32 = 0; j < padded; j += 4) {
    const at = x + ((<usize>j) << 2);
    v128.store(at, f32x4.mul(shares, v128.load(at)));
  }
}

/** `slopes = weights (slopes − Σ weights slopes)`, in place. */
// @ts-ignore: decorator
@inline
function throughSoftmax(weights: usize, slopes: usize, padded: i32): void {
  let sums = f32x4.splat(0);
  for (let j: i32 = 0; j < padded; j += 4) {
    const at = (<usize>j) << 2;
    sums = f32x4.add(sums, f32x4.mul(v128.load(weights + at), v128.load(slopes + at)));
  }
  const mean = f32x4.splat(horizontalSum(sums));
  for (let j: i32 = 0; j < padded; j += 4) {
    const at = (<usize>j) << 2;
    v128.store(slopes + at, f32x4.mul(v128.load(weights + at), f32x4.sub(v128.load(slopes + at), mean)));
  }
}

/** `out = scale · Σ_j weights[j] · x[list[j]]`. */
// @ts-ignore: decorator
@inline
function combineRows(
  weights: usize, x: usize, stride: usize, list: usize, n: i32, width: i32, scale: f32, out: usize,
): void {
  const scales = f32x4.splat(scale);
  let c: i32 = 0;
  for (; c + 16 <= width; c += 16) {
    let a = f32x4.splat(0), b = f32x4.splat(0), d = f32x4.splat(0), e = f32x4.splat(0);
    for (let j: i32 = 0; j < n; j++) {
      const at = (<usize>j) << 2;
      const s = v128.load32_splat(weights + at);
      const from = x + (<usize>load<i32>(list + at)) * stride + ((<usize>c) << 2);
      a = f32x4.add(a, f32x4.mul(s, v128.load(from)));
      b = f32x4.add(b, f32x4.mul(s, v128.load(from, 16)));
      d = f32x4.add(d, f32x4.mul(s, v128.load(from, 32)));
      e = f32x4.add(e, f32x4.mul(s, v128.load(from, 48)));
    }
    const to = out + ((<usize>c) << 2);
    v128.store(to, f32x4.mul(scales, a));
    v128.store(to, f32x4.mul(scales, b), 16);
    v128.store(to, f32x4.mul(scales, d), 32);
    v128.store(to, f32x4.mul(scales, e), 48);
  }
  for (; c < width; c += 4) {
    let a = f32x4.splat(0);
    for (let j: i32 = 0; j < n; j++) {
      const at = (<usize>j) << 2;
      const from = x + (<usize>load<i32>(list + at)) * stride + ((<usize>c) << 2);
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(weights + at), v128.load(from)));
    }
    v128.store(out + ((<usize>c) << 2), f32x4.mul(scales, a));
  }
}

/** `out[list[j]] += scale · weights[j] · row`. */
// @ts-ignore: decorator
@inline
function addMultiples(
  weights: usize, row: usize, list: usize, n: i32, width: i32, scale: f32, out: usize, stride: usize,
): void {
  for (let j: i32 = 0; j < n; j++) {
    const at = (<usize>j) << 2;
    const s = f32x4.splat(scale * load<f32>(weights + at));
    const to = out + (<usize>load<i32>(list + at)) * stride;
    for (let c: i32 = 0; c < width; c += 4) {
      const skip = (<usize>c) << 2;
      v128.store(to + skip, f32x4.add(v128.load(to + skip), f32x4.mul(s, v128.load(row + skip))));
    }
  }
}
