import { exponential } from './exponential';
import { largest, sumOfExponentials } from './log-sum-exp';

/** Cross-entropy of each row's softmax at its target, `out[r] = ln Σ_c exp(x[r, c]) − x[r, targets[r]]`. */
export function crossEntropyRows(x: usize, targets: usize, count: i32, columns: i32, out: usize): void {
  for (let r: i32 = 0; r < count; r++) {
    const top = largest(x, columns);
    const target = load<i32>(targets + ((<usize>r) << 2));
    const value = load<f32>(x + ((<usize>target) << 2));
    store<f32>(out, top - value + Mathf.log(sumOfExponentials(x, columns, top)));
    x += (<usize>columns) << 2;
    out += 4;
  }
}

/** Gradient of {@link crossEntropyRows}: `out[r, c] = dy[r] (softmax(x[r])[c] − [c = targets[r]])`. */
export function crossEntropyRowsGradient(
  x: usize, targets: usize, dy: usize, count: i32, columns: i32, out: usize,
): void {
  for (let r: i32 = 0; r < count; r++) {
    const row = (<usize>r) << 2;
    const top = largest(x, columns);
    const slope = load<f32>(dy + row);
    const tops = f32x4.splat(top), scales = f32x4.splat(slope / sumOfExponentials(x, columns, top));
    const target = out + ((<usize>load<i32>(targets + row)) << 2);
    let c: i32 = 0;
    for (; c + 4 <= columns; c += 4) {
      v128.store(out, f32x4.mul(scales, exponential(f32x4.sub(v128.load(x), tops))));
      x += 16;
      out += 16;
    }
    for (; c < columns; c++) {
      const value = f32x4.mul(scales, exponential(f32x4.splat(load<f32>(x) - top)));
      store<f32>(out, f32x4.extract_lane(value, 0));
      x += 4;
      out += 4;
    }
    store<f32>(target, load<f32>(target) - slope);
  }
}
