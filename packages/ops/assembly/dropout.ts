const multiplier0: u32 = 0xd2511f53;
const multiplier1: u32 = 0xcd9e8d57;
const weyl0: u32 = 0x9e3779b9;
const weyl1: u32 = 0xbb67ae85;

/**
 * Multiplies rows by rows of a dropout mask that is made on the way:
 * `out[r, c] = x[r, c] · mask[rows[r], c]`, or `mask[first + r, c]` when `rows` is 0 (no list of rows).
 * Element `e` (row-major) of the mask is word `e mod 4` of Philox block `e div 4`: `scale` when the
 * word's upper 24 bits reach `threshold`, else 0. See philox.ts in @mmrec/core, which this must equal.
 */
export function dropoutRows(
  x: usize, rows: usize, first: i32, count: i32, columns: i32,
  key0: u32, key1: u32, threshold: u32, scale: f32, out: usize,
): void {
  const limit = i32x4.splat(threshold);
  const scales = f32x4.splat(scale);
  for (let r: i32 = 0; r < count; r++) {
    const row = rows == 0 ? <u64>(first + r) : <u64>load<u32>(rows + ((<usize>r) << 2));
    let element = row * <u64>columns;
    const end = element + <u64>columns;
    while (element < end) {
      if ((element & 15) == 0 && element + 16 <= end) {
        dropSixteen(x, element >> 2, key0, key1, limit, scales, out);
        x += 64;
        out += 64;
        element += 16;
      } else {
        const kept = word(element, key0, key1) >> 8 >= threshold;
        store<f32>(out, kept ? load<f32>(x) * scale : load<f32>(x) * 0);
        x += 4;
        out += 4;
        element++;
      }
    }
  }
}

/** Word `element mod 4` of Philox block `element div 4`. */
export function word(element: u64, key0: u32, key1: u32): u32 {
  let c0 = <u32>(element >> 2), c1 = <u32>(element >> 34), c2: u32 = 0, c3: u32 = 0;
  for (let round: i32 = 0; round < 10; round++) {
    const product0 = <u64>multiplier0 * <u64>c0;
    const product1 = <u64>multiplier1 * <u64>c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ key0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ key1;
    c3 = <u32>product0;
    key0 += weyl0;
    key1 += weyl1;
  }
  const lane = <u32>element & 3;
  return lane == 0 ? c0 : lane == 1 ? c1 : lane == 2 ? c2 : c3;
}

/** Four blocks at once, one in each lane: the mask of sixteen elements from block `block` (a multiple of 4) on. */
// @ts-ignore: decorator
@inline
function dropSixteen(x: usize, block: u64, key0: u32, key1: u32, limit: v128, scales: v128, out: usize): void {
  let c0 = i32x4.add(i32x4.splat(<u32>block), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(<u32>(block >> 32));
  let c2 = i32x4.splat(0), c3 = i32x4.splat(0);
  let k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  const m0 = i32x4.splat(multiplier0), m1 = i32x4.splat(multiplier1);
  const w0 = i32x4.splat(weyl0), w1 = i32x4.splat(weyl1);
  for (let round: i32 = 0; round < 10; round++) {
    const high0 = highWords(m0, c0), low0 = i32x4.mul(m0, c0);
    const high1 = highWords(m1, c2), low1 = i32x4.mul(m1, c2);
    c0 = v128.xor(v128.xor(high1, c1), k0);
    c1 = low1;
    c2 = v128.xor(v128.xor(high0, c3), k1);
    c3 = low0;
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  // From one word of four blocks a vector to the four words of one block.
  const a = i32x4.shuffle(c0, c1, 0, 4, 1, 5), b = i32x4.shuffle(c2, c3, 0, 4, 1, 5);
  const c = i32x4.shuffle(c0, c1, 2, 6, 3, 7), d = i32x4.shuffle(c2, c3, 2, 6, 3, 7);
  drop(x, i32x4.shuffle(a, b, 0, 1, 4, 5), limit, scales, out);
  drop(x + 16, i32x4.shuffle(a, b, 2, 3, 6, 7), limit, scales, out + 16);
  drop(x + 32, i32x4.shuffle(c, d, 0, 1, 4, 5), limit, scales, out + 32);
  drop(x + 48, i32x4.shuffle(c, d, 2, 3, 6, 7), limit, scales, out + 48);
}

// @ts-ignore: decorator
@inline
function highWords(a: v128, b: v128): v128 {
  return i32x4.shuffle(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function drop(x: usize, words: v128, limit: v128, scales: v128, out: usize): void {
  const kept = i32x4.ge_u(i32x4.shr_u(words, 8), limit);
  v128.store(out, f32x4.mul(v128.load(x), v128.and(kept, scales)));
}
