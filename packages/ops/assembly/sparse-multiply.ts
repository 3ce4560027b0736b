import { horizontalSum } from './numbers';

/**
 * Rows `from … to − 1` of `out = alpha · matrix · y + scale · x`, with `matrix` in compressed sparse rows and
 * `y`, `x`, `out` dense with `columns` columns. `x` is not read when `scale` is 0.
 *
 * Columns go in panels of 32: a panel's sums stay in eight registers while a row's entries stream by.
 */
export function sparseMultiply(
  offsets: usize,
  indices: usize,
  values: usize,
  from: i32,
  to: i32,
  columns: i32,
  alpha: f32,
  y: usize,
  x: usize,
  scale: f32,
  out: usize,
): void {
  const stride = (<usize>columns) << 2;
  const alphas = f32x4.splat(alpha);
  const scales = f32x4.splat(scale);
  for (let row = from; row < to; row++) {
    const start = <usize>load<i32>(offsets + ((<usize>row) << 2));
    const end = <usize>load<i32>(offsets + ((<usize>row) << 2), 4);
    const rowStart = (<usize>row) * stride;
    let column: i32 = 0;
    for (; column + 32 <= columns; column += 32) {
      const offset = (<usize>column) << 2;
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
      let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
      for (let e = start; e < end; e++) {
        const v = v128.load32_splat(values + (e << 2));
        const p = y + (<usize>load<i32>(indices + (e << 2))) * stride + offset;
        a0 = f32x4.add(a0, f32x4.mul(v, v128.load(p)));
        a1 = f32x4.add(a1, f32x4.mul(v, v128.load(p, 16)));
        a2 = f32x4.add(a2, f32x4.mul(v, v128.load(p, 32)));
        a3 = f32x4.add(a3, f32x4.mul(v, v128.load(p, 48)));
        a4 = f32x4.add(a4, f32x4.mul(v, v128.load(p, 64)));
        a5 = f32x4.add(a5, f32x4.mul(v, v128.load(p, 80)));
        a6 = f32x4.add(a6, f32x4.mul(v, v128.load(p, 96)));
        a7 = f32x4.add(a7, f32x4.mul(v, v128.load(p, 112)));
      }
      a0 = f32x4.mul(alphas, a0);
      a1 = f32x4.mul(alphas, a1);
      a2 = f32x4.mul(alphas, a2);
      a3 = f32x4.mul(alphas, a3);
      a4 = f32x4.mul(alphas, a4);
      a5 = f32x4.mul(alphas, a5);
      a6 = f32x4.mul(alphas, a6);
      a7 = f32x4.mul(alphas, a7);
      if (scale != 0) {
        const q = x + rowStart + offset;
        a0 = f32x4.add(a0, f32x4.mul(scales, v128.load(q)));
        a1 = f32x4.add(a1, f32x4.mul(scales, v128.load(q, 16)));
        a2 = f32x4.add(a2, f32x4.mul(scales, v128.load(q, 32)));
        a3 = f32x4.add(a3, f32x4.mul(scales, v128.load(q, 48)));
        a4 = f32x4.add(a4, f32x4.mul(scales, v128.load(q, 64)));
        a5 = f32x4.add(a5, f32x4.mul(scales, v128.load(q, 80)));
        a6 = f32x4.add(a6, f32x4.mul(scales, v128.load(q, 96)));
        a7 = f32x4.add(a7, f32x4.mul(scales, v128.load(q, 112)));
      }
      const o = out + rowStart + offset;
      v128.store(o, a0);
      v128.store(o, a1, 16);
      v128.store(o, a2, 32);
      v128.store(o, a3, 48);
      v128.store(o, a4, 64);
      v128.store(o, a5, 80);
      v128.store(o, a6, 96);
      v128.store(o, a7, 112);
    }
    for (; column + 4 <= columns; column += 4) {
      const offset = (<usize>column) << 2;
      let sum = f32x4.splat(0);
      for (let e = start; e < end; e++) {
        const p = y + (<usize>load<i32>(indices + (e << 2))) * stride + offset;
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(values + (e << 2)), v128.load(p)));
      }
      sum = f32x4.mul(alphas, sum);
      if (scale != 0) sum = f32x4.add(sum, f32x4.mul(scales, v128.load(x + rowStart + offset)));
      v128.store(out + rowStart + offset, sum);
    }
    for (; column < columns; column++) {
      const offset = (<usize>column) << 2;
      let sum: f32 = 0;
      for (let e = start; e < end; e++) {
        const p = y + (<usize>load<i32>(indices + (e << 2))) * stride + offset;
        sum += load<f32>(values + (e << 2)) * load<f32>(p);
      }
      sum *= alpha;
      if (scale != 0) sum += scale * load<f32>(x + rowStart + offset);
      store<f32>(out + rowStart + offset, sum);
    }
  }
}

/**
 * Entries of the product `a · bᵀ` that lie on a sparse matrix's pattern, for rows `from … to − 1`:
 * `out[e] = a[r] · b[indices[e]]`.
 */
export function sampledProducts(
  offsets: usize, indices: usize, from: i32, to: i32, columns: i32, a: usize, b: usize, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r = from; r < to; r++) {
    const row = a + (<usize>r) * stride;
    const end = load<i32>(offsets + ((<usize>r) << 2), 4);
    for (let e = load<i32>(offsets + ((<usize>r) << 2)); e < end; e++) {
      const at = (<usize>e) << 2;
      const other = b + (<usize>load<i32>(indices + at)) * stride;
      store<f32>(out + at, dot(row, other, columns));
    }
  }
}

function dot(a: usize, b: usize, count: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 8 <= count; i += 8) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  let total = horizontalSum(f32x4.add(s0, s1));
  for (; i < count; i++) {
    total += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return total;
}
