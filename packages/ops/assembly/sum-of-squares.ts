/** Sum of the squares of `count` numbers: single precision within runs of 4,096, double between them. */
export function sumOfSquares(x: usize, count: i32): f64 {
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
