/**
 * `eˣ` in each lane, to 2 units in the last place for `−87 ≤ x ≤ 88`: 0 below, e⁸⁸ above.
 *
 * `eˣ = 2ⁿ e^r` with n the nearest integer to `x / ln 2`; `e^r` for `|r| ≤ ln 2 / 2` by its Taylor series to
 * the seventh power.
 */
// @ts-ignore: decorator
@inline
export function exponential(value: v128): v128 {
  const x = f32x4.min(f32x4.max(value, f32x4.splat(-87.5)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  // ln 2 in two parts, so that n · ln 2 is subtracted without rounding.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.0 / 5040.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const result = f32x4.mul(p, power);
  return v128.and(result, f32x4.ge(value, f32x4.splat(-87.5)));
}
