import { horizontalSum } from './numbers';

// @ts-ignore: decorator
@inline
export function dot(a: usize, b: usize, columns: i32): f32 {
  let sums = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    sums = f32x4.add(sums, f32x4.mul(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  let sum = horizontalSum(sums);
  for (; c < columns; c++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** `out = s · a + t · b` over one row. */
// @ts-ignore: decorator
@inline
function combine(s: f32, a: usize, t: f32, b: usize, columns: i32, out: usize): void {
  const ss = f32x4.splat(s), ts = f32x4.splat(t);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    v128.store(out, f32x4.add(f32x4.mul(ss, v128.load(a)), f32x4.mul(ts, v128.load(b))));
    a += 16;
    b += 16;
    out += 16;
  }
  for (; c < columns; c++) {
    store<f32>(out, s * load<f32>(a) + t * load<f32>(b));
    a += 4;
    b += 4;
    out += 4;
  }
}

/** `out[r] = x[r] / max(‖x[r]‖, ε)`. */
export function normalizeRows(x: usize, count: i32, columns: i32, epsilon: f32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const scale: f32 = <f32>1 / max(sqrt<f32>(dot(x, x, columns)), epsilon);
    combine(scale, x, 0, x, columns, out);
    x += stride;
    out += stride;
  }
}

/** Gradient of {@link normalizeRows} for `x`: `(dy − y (y · dy)) / ‖x‖`, or 0 where `‖x‖ ≤ ε`. */
export function normalizeRowsGradient(
  x: usize,
  dy: usize,
  count: i32,
  columns: i32,
  epsilon: f32,
  out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const norm = sqrt<f32>(dot(x, x, columns));
    if (norm > epsilon) {
      const scale: f32 = <f32>1 / norm;
      combine(scale, dy, -dot(x, dy, columns) * scale * scale * scale, x, columns, out);
    } else {
      memory.fill(out, 0, stride);
    }
    x += stride;
    dy += stride;
    out += stride;
  }
}

/** Cosine of each pair of rows, `out[r] = a[r] · b[r] / max(‖a[r]‖ ‖b[r]‖, ε)`. */
export function cosineRows(a: usize, b: usize, count: i32, columns: i32, epsilon: f32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const norms = sqrt<f32>(dot(a, a, columns)) * sqrt<f32>(dot(b, b, columns));
    store<f32>(out, dot(a, b, columns) / max(norms, epsilon));
    a += stride;
    b += stride;
    out += 4;
  }
}

/** Gradient of {@link cosineRows} for `a`: `dy (b / (‖a‖‖b‖) − cos · a / ‖a‖²)`, or 0 where `‖a‖‖b‖ ≤ ε`. */
export function cosineRowsGradient(
  a: usize,
  b: usize,
  dy: usize,
  count: i32,
  columns: i32,
  epsilon: f32,
  out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const g = load<f32>(dy);
    const squareA = dot(a, a, columns);
    const norms = sqrt<f32>(squareA) * sqrt<f32>(dot(b, b, columns));
    if (norms > epsilon) {
      const scale = g / norms;
      combine(scale, b, (-scale * dot(a, b, columns)) / squareA, a, columns, out);
    } else {
      memory.fill(out, 0, stride);
    }
    a += stride;
    b += stride;
    dy += 4;
    out += stride;
  }
}
