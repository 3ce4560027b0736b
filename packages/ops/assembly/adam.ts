/**
 * One Adam step over `count` numbers, in one pass over the memory:
 * `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`, `p = decay · p − rate · m / (√v · correction + ε)`.
 * The complements `1 − β` come as arguments: taken here, in single precision, they would be off by 2e-5.
 * `g` is the sum of the gradient, a second part of it and `penalty · p` (weight decay in its coupled form);
 * a part that is 0 (no pointer) counts as zero.
 */
export function adam(
  count: i32, gradient: usize, part: usize, parameter: usize, m: usize, v: usize,
  beta1: f32, complement1: f32, beta2: f32, complement2: f32,
  rate: f32, correction: f32, epsilon: f32, decay: f32, penalty: f32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(complement1);
  const b2 = f32x4.splat(beta2), c2 = f32x4.splat(complement2);
  const r = f32x4.splat(rate), k = f32x4.splat(correction), e = f32x4.splat(epsilon);
  const w = f32x4.splat(decay), l2 = f32x4.splat(penalty);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const p = v128.load(parameter + at);
    let g = f32x4.mul(l2, p);
    if (gradient != 0) g = f32x4.add(v128.load(gradient + at), g);
    if (part != 0) g = f32x4.add(v128.load(part + at), g);
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
    let g = penalty * p;
    if (gradient != 0) g = load<f32>(gradient + at) + g;
    if (part != 0) g = load<f32>(part + at) + g;
    const mean = beta1 * load<f32>(m + at) + complement1 * g;
    const square = beta2 * load<f32>(v + at) + complement2 * (g * g);
    store<f32>(m + at, mean);
    store<f32>(v + at, square);
    store<f32>(parameter + at, decay * p - (rate * mean) / (sqrt<f32>(square) * correction + epsilon));
  }
}

/**
 * {@link adam} on rows `from … to − 1` of a table whose gradient, or a part of it beside a dense one (unless
 * that is 0), is given for some rows only: that of row `r` is row `slots[r]` of `rows`, none where `slots[r]`
 * is negative. With `lazy`, rows without a gradient are left as they are, moments included.
 */
export function adamRows(
  from: i32, to: i32, columns: i32, slots: usize, lazy: bool, rows: usize,
  gradient: usize, parameter: usize, m: usize, v: usize,
  beta1: f32, complement1: f32, beta2: f32, complement2: f32,
  rate: f32, correction: f32, epsilon: f32, decay: f32, penalty: f32,
): void {
  for (let row = from; row < to; row++) {
    const slot = load<i32>(slots + ((<usize>row) << 2));
    if (slot < 0 && lazy) continue;
    const at = ((<usize>row) * (<usize>columns)) << 2;
    const part = slot < 0 ? 0 : rows + (((<usize>slot) * (<usize>columns)) << 2);
    adam(
      columns, gradient == 0 ? 0 : gradient + at, part, parameter + at, m + at, v + at,
      beta1, complement1, beta2, complement2, rate, correction, epsilon, decay, penalty,
    );
  }
}
