/**
 * Multiplies rows by rows of a dropout mask that is made on the way:
 * `out[r, c] = x[r, c] · mask[rows[r], c]`, or `mask[r, c]` when `rows` is 0 (no list of rows).
 * Element `e` (row-major) of the mask is word `e mod 4` of Philox block `e div 4`: `scale` when the
 * word's upper 24 bits reach `threshold`, else 0. See philox.ts in @mmrec/core, which this must equal.
 */
export function dropoutRows(
  x: usize,
  rows: usize,
  count: i32,
  columns: i32,
  key0: u32,
  key1: u32,
  threshold: u32,
  scale: f32,
  out: usize,
): void {
  for (let r: i32 = 0; r < count; r++) {
    const row = rows == 0 ? <u64>r : <u64>load<u32>(rows + ((<usize>r) << 2));
    let element = row * <u64>columns;
    const end = element + <u64>columns;
    while (element < end) {
      let c0 = <u32>(element >> 2), c1 = <u32>(element >> 34), c2: u32 = 0, c3: u32 = 0;
      let k0 = key0, k1 = key1;
      for (let round: i32 = 0; round < 10; round++) {
        const product0 = <u64>0xd2511f53 * <u64>c0;
        const product1 = <u64>0xcd9e8d57 * <u64>c2;
        c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
        c1 = <u32>product1;
        c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
        c3 = <u32>product0;
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
      }
      const lane = <u32>element & 3;
      if (lane == 0 && element + 4 <= end) {
        let words = i32x4.splat(c0);
        words = i32x4.replace_lane(words, 1, c1);
        words = i32x4.replace_lane(words, 2, c2);
        words = i32x4.replace_lane(words, 3, c3);
        const kept = i32x4.ge_u(i32x4.shr_u(words, 8), i32x4.splat(threshold));
        const mask = v128.and(kept, f32x4.splat(scale));
        v128.store(out, f32x4.mul(v128.load(x), mask));
        x += 16;
        out += 16;
        element += 4;
      } else {
        const word = lane == 0 ? c0 : lane == 1 ? c1 : lane == 2 ? c2 : c3;
        store<f32>(out, word >> 8 >= threshold ? load<f32>(x) * scale : load<f32>(x) * 0);
        x += 4;
        out += 4;
        element++;
      }
    }
  }
}
