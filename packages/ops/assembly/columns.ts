/**
 * Sums of the columns `from … to − 1` of `x[rows, columns]`, or with `y` of the products of both, number by
 * number: `out[c] = Σ_r x[r, c] (· y[r, c])`. `y` 0: none.
 */
export function columnSums(x: usize, y: usize, rows: i32, columns: i32, from: i32, to: i32, out: usize): void {
  const stride = (<usize>columns) << 2;
  let c = from;
  for (; c + 16 <= to; c += 16) {
    const at = (<usize>c) << 2;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let p = x + at;
    let q = y + at;
    for (let r: i32 = 0; r < rows; r++) {
      let v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
      if (y != 0) {
        v0 = f32x4.mul(v0, v128.load(q));
        v1 = f32x4.mul(v1, v128.load(q, 16));
        v2 = f32x4.mul(v2, v128.load(q, 32));
        v3 = f32x4.mul(v3, v128.load(q, 48));
        q += stride;
      }
      s0 = f32x4.add(s0, v0);
      s1 = f32x4.add(s1, v1);
      s2 = f32x4.add(s2, v2);
      s3 = f32x4.add(s3, v3);
      p += stride;
    }
    v128.store(out + at, s0);
    v128.store(out + at, s1, 16);
    v128.store(out + at, s2, 32);
    v128.store(out + at, s3, 48);
  }
  for (; c < to; c++) {
    const at = (<usize>c) << 2;
    let sum: f32 = 0;
    for (let r: i32 = 0; r < rows; r++) {
      const place = at + (<usize>r) * stride;
      const value = load<f32>(x + place);
      sum += y != 0 ? value * load<f32>(y + place) : value;
    }
    store<f32>(out + at, sum);
  }
}

/**
 * Rows of `out = scale ⊙ (x − center) + factor ⊙ y + shift`, with a number a column in `scale`, `center`,
 * `factor` and `shift`; where a pointer is 0, what it stands for is left out (a scale of 1).
 */
export function combineColumns(
  x: usize, scale: usize, center: usize, y: usize, factor: usize, shift: usize, rows: i32, columns: i32,
  out: usize,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    let at: usize = 0;
    let c: i32 = 0;
    for (; c + 4 <= columns; c += 4) {
      let value = v128.load(x + at);
      if (center != 0) value = f32x4.sub(value, v128.load(center + at));
      if (scale != 0) value = f32x4.mul(value, v128.load(scale + at));
      if (y != 0) value = f32x4.add(value, f32x4.mul(v128.load(y + at), v128.load(factor + at)));
      if (shift != 0) value = f32x4.add(value, v128.load(shift + at));
      v128.store(out + at, value);
      at += 16;
    }
    for (; c < columns; c++) {
      let value = load<f32>(x + at);
      if (center != 0) value -= load<f32>(center + at);
      if (scale != 0) value *= load<f32>(scale + at);
      if (y != 0) value += load<f32>(y + at) * load<f32>(factor + at);
      if (shift != 0) value += load<f32>(shift + at);
      store<f32>(out + at, value);
      at += 4;
    }
    x += at;
    if (y != 0) y += at;
    out += at;
  }
}
