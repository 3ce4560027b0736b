import { exponential } from './exponential';

/** Twice the root of 2 / π, and the weight of the cube. */
const slope: f32 = 1.5957691216;
const cube: f32 = 0.044715;

/** `σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`: what {@link gelu} multiplies x by. */
// @ts-ignore: decorator
@inline
function gate(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const inner = f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(cube), square));
  const u = f32x4.mul(f32x4.mul(f32x4.splat(-slope), x), inner);
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(u)));
}

// @ts-ignore: decorator
@inline
function geluOf(x: v128): v128 {
  return f32x4.mul(x, gate(x));
}

// @ts-ignore: decorator
@inline
function geluSlope(x: v128): v128 {
  const g = gate(x);
  const inner = f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(3 * cube), f32x4.mul(x, x)));
  const along = f32x4.mul(f32x4.mul(f32x4.splat(slope), x), inner);
  return f32x4.add(g, f32x4.mul(f32x4.mul(along, g), f32x4.sub(f32x4.splat(1), g)));
}

/** `out = x σ(2u)`: GELU by its tanh approximation. */
export function gelu(x: usize, count: i32, out: usize): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, geluOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, f32x4.extract_lane(geluOf(f32x4.splat(load<f32>(x))), 0));
    x += 4;
    out += 4;
  }
}

/** Gradient of {@link gelu}: `out = dy (g + 2 u' x g (1 − g))`, g the gate. */
export function geluGradient(x: usize, dy: usize, count: i32, out: usize): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.mul(v128.load(dy), geluSlope(v128.load(x))));
    x += 16;
    dy += 16;
    out += 16;
  }
  for (; i < count; i++) {
    const factor = f32x4.extract_lane(geluSlope(f32x4.splat(load<f32>(x))), 0);
    store<f32>(out, load<f32>(dy) * factor);
    x += 4;
    dy += 4;
    out += 4;
  }
}
