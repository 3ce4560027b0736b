/**
 * One Adam step over `count` numbers, in one pass over the memory:
 * `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`, `p = decay · p − rate · m / (√v · correction + ε)`.
 * The complements `1 − β` come as arguments: taken here, in single precision, they would be off by 2e-5.
 * `g` is the gradient plus `penalty · p` (weight decay in its coupled form).
 */
export function adam(
  count: i32,
  gradient: usize,
  parameter: usize,
  m: usize,
  v: usize,
  beta1: f32,
  complement1: f32,
  beta2: f32,
  complement2: f32,
  rate: f32,
  correction: f32,
  epsilon: f32,
  decay: f32,
  penalty: f32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(complement1);
  const b2 = f32x4.splat(beta2), c2 = f32x4.splat(complement2);
  const r = f32x4.splat(rate), k = f32x4.splat(correction), e = f32x4.splat(epsilon);
  const w = f32x4.splat(decay), l2 = f32x4.splat(penalty);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const p = v128.load(parameter + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(l2, p));
    const mean = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(c1, g));
    const square = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(c2, f32x4.mul(g, g)));
    const step = f32x4.div(f32x4.mul(r, mean), f32x4.add(f32x4.mul(f32x4.sqrt(square), k), e));
    v128.store(m + at, mean);
    v128.store(v + at, square);
    v128.store(parameter + at, f32x4.sub(f32x4.mul(w, p), step));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    const p = load<f32>(parameter + at);
    const g = load<f32>(gradient + at) + penalty * p;
    const mean = beta1 * load<f32>(m + at) + complement1 * g;
    const square = beta2 * load<f32>(v + at) + complement2 * (g * g);
    store<f32>(m + at, mean);
    store<f32>(v + at, square);
    store<f32>(parameter + at, decay * p - (rate * mean) / (sqrt<f32>(square) * correction + epsilon));
  }
}
