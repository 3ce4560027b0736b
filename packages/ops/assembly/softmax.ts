import { word } from './dropout';
import { exponential } from './exponential';
import { largest, one } from './log-sum-exp';
import { horizontalSum } from './numbers';

/**
 * Softmax of each row of `(x + g) / temperature`, g standard Gumbel noise: element `e` of all rows (row-major,
 * `first` rows before these) is made of word `e mod 4` of Philox block `e div 4` as draw.ts in @mmrec/core has
 * it, or read from `noise` unless that is 0. `noisy` false: no noise.
 */
export function gumbelSoftmaxRows(
  x: usize, first: i32, count: i32, columns: i32, noisy: bool, noise: usize,
  key0: u32, key1: u32, temperature: f32, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  let element = <u64>first * <u64>columns;
  for (let r: i32 = 0; r < count; r++) {
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      let value = load<f32>(x + at);
      if (noise != 0) value += load<f32>(noise + at);
      else if (noisy) value += gumbel(word(element, key0, key1));
      store<f32>(out + at, value / temperature);
      element++;
    }
    const top = largest(out, columns);
    let sum: f32 = 0;
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      const value = one(load<f32>(out + at) - top);
      store<f32>(out + at, value);
      sum += value;
    }
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(out + at, load<f32>(out + at) / sum);
    }
    x += stride;
    out += stride;
    if (noise != 0) noise += stride;
  }
}

/** Gradient of {@link gumbelSoftmaxRows} for `x`: `y (dy − y · dy) / temperature`. */
export function softmaxRowsGradient(
  y: usize, dy: usize, count: i32, columns: i32, temperature: f32, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    let along: f32 = 0;
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      along += load<f32>(y + at) * load<f32>(dy + at);
    }
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(out + at, (load<f32>(y + at) * (load<f32>(dy + at) - along)) / temperature);
    }
    y += stride;
    dy += stride;
    out += stride;
  }
}

/**
 * For each row of `x`, in place: `exp(x[r, c]) / s[r]`, where `s[r] = Σ_c weights[c] · exp(x[r, c])`; and
 * `out[r] = ln s[r]`.
 */
export function weightedShares(x: usize, count: i32, columns: i32, weights: usize, out: usize): void {
  const lanes = columns & ~3;
  for (let r: i32 = 0; r < count; r++) {
    const top = largest(x, columns);
    const tops = f32x4.splat(top);
    let sums = f32x4.splat(0);
    for (let c: i32 = 0; c < lanes; c += 4) {
      const at = (<usize>c) << 2;
      const value = exponential(f32x4.sub(v128.load(x + at), tops));
      v128.store(x + at, value);
      sums = f32x4.add(sums, f32x4.mul(value, v128.load(weights + at)));
    }
    let sum = horizontalSum(sums);
    for (let c: i32 = lanes; c < columns; c++) {
      const at = (<usize>c) << 2;
      const value = one(load<f32>(x + at) - top);
      store<f32>(x + at, value);
      sum += value * load<f32>(weights + at);
    }
    store<f32>(out + ((<usize>r) << 2), top + Mathf.log(sum));
    const scale: f32 = 1 / sum;
    const scales = f32x4.splat(scale);
    for (let c: i32 = 0; c < lanes; c += 4) {
      const at = (<usize>c) << 2;
      v128.store(x + at, f32x4.mul(v128.load(x + at), scales));
    }
    for (let c: i32 = lanes; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(x + at, load<f32>(x + at) * scale);
    }
    x += (<usize>columns) << 2;
  }
}

/** `−ln(−ln u)` of a number strictly between 0 and 1 made from a word. */
function gumbel(random: u32): f32 {
  const u = (<f64>random + 0.5) / 4294967296.0;
  return <f32>-Math.log(-Math.log(u));
}
