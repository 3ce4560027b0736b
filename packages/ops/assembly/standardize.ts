import { horizontalSum } from './numbers';
import { dot } from './row-norms';

// @ts-ignore: decorator
@inline
function sumOf(x: usize, columns: i32): f32 {
  let sums = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    sums = f32x4.add(sums, v128.load(x));
    x += 16;
  }
  let sum = horizontalSum(sums);
  for (; c < columns; c++) {
    sum += load<f32>(x);
    x += 4;
  }
  return sum;
}

/** `out = s · (x − shift)`. */
// @ts-ignore: decorator
@inline
function shiftAndScale(x: usize, shift: f32, s: f32, columns: i32, out: usize): void {
  const shifts = f32x4.splat(shift), scales = f32x4.splat(s);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    v128.store(out, f32x4.mul(scales, f32x4.sub(v128.load(x), shifts)));
    x += 16;
    out += 16;
  }
  for (; c < columns; c++) {
    store<f32>(out, s * (load<f32>(x) - shift));
    x += 4;
    out += 4;
  }
}

/** Each row shifted to mean 0 and scaled to variance 1: `out = (x − μ) / √(σ² + ε)`. */
export function standardizeRows(x: usize, count: i32, columns: i32, epsilon: f32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    shiftAndScale(x, sumOf(x, columns) / <f32>columns, 1, columns, out);
    const variance = dot(out, out, columns) / <f32>columns;
    shiftAndScale(out, 0, <f32>1 / sqrt<f32>(variance + epsilon), columns, out);
    x += stride;
    out += stride;
  }
}

/** Gradient of {@link standardizeRows}: `(dy − mean(dy) − y · mean(dy y)) / √(σ² + ε)`. */
export function standardizeRowsGradient(
  x: usize, dy: usize, count: i32, columns: i32, epsilon: f32, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    shiftAndScale(x, sumOf(x, columns) / <f32>columns, 1, columns, out);
    const scale: f32 = <f32>1 / sqrt<f32>(dot(out, out, columns) / <f32>columns + epsilon);
    const along = (dot(out, dy, columns) / <f32>columns) * scale * scale;
    const mean = sumOf(dy, columns) / <f32>columns;
    for (let c: i32 = 0; c < columns; c++) {
      const at = (<usize>c) << 2;
      store<f32>(out + at, scale * (load<f32>(dy + at) - mean - load<f32>(out + at) * along));
    }
    x += stride;
    dy += stride;
    out += stride;
  }
}
