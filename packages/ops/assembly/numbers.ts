/**
 * Sums of the squares of each `run` numbers of `count`, in double precision: single precision within 4,096
 * numbers, double between them.
 */
export function sumOfSquares(x: usize, count: i32, run: i32, out: usize): void {
  for (let start: i32 = 0; start < count; start += run) {
    const size = min(run, count - start);
    store<f64>(out, sumOfRun(x + ((<usize>start) << 2), size));
    out += 8;
  }
}

/** Sums of the squares of each `run` rows of the `count` listed rows of a table, in double precision. */
export function sumOfSquaresOfRows(
  table: usize, indices: usize, count: i32, columns: i32, run: i32, out: usize,
): void {
  for (let start: i32 = 0; start < count; start += run) {
    let total: f64 = 0;
    for (let r = start; r < min(start + run, count); r++) {
      const row = <usize>load<i32>(indices + ((<usize>r) << 2));
      total += sumOfRun(table + ((row * (<usize>columns)) << 2), columns);
    }
    store<f64>(out, total);
    out += 8;
  }
}

function sumOfRun(x: usize, count: i32): f64 {
  let total: f64 = 0;
  let i: i32 = 0;
  while (i < count) {
    const end = min(i + 4096, count);
    let sums = f32x4.splat(0);
    for (; i + 4 <= end; i += 4) {
      const v = v128.load(x + ((<usize>i) << 2));
      sums = f32x4.add(sums, f32x4.mul(v, v));
    }
    total += <f64>horizontalSum(sums);
    for (; i < end; i++) {
      const v = load<f32>(x + ((<usize>i) << 2));
      total += <f64>(v * v);
    }
  }
  return total;
}

// @ts-ignore: decorator
@inline
export function horizontalSum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** `out = s · x`. */
export function scale(x: usize, count: i32, s: f32, out: usize): void {
  const ss = f32x4.splat(s);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.mul(ss, v128.load(x + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(out + at, s * load<f32>(x + at));
  }
}

/** `out = a + b`. */
export function addNumbers(a: usize, b: usize, count: i32, out: usize): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}
