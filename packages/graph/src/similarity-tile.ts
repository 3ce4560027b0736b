/** Rows to compare, with the reciprocal of each row's norm (0 for a zero row). */
export interface NormedRows {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `[rows · columns]`. */
  readonly data: Float32Array;
  /** `[rows]`. */
  readonly inverseNorms: Float64Array;
}

/** Cosines between two blocks of rows; reuses its memory from call to call. */
export interface SimilarityTile {
  /** Cosine of row `a` of the first block and row `b` of the second: `values[a · stride + b]`. */
  readonly values: Float64Array;
  readonly stride: number;
  readonly blockSize: number;
  /** First row of each block in the last computation. */
  readonly first: number;
  readonly second: number;
  /** Computes the cosines of the `blockSize` rows from `first` on with those from `second` on. */
  compute(first: number, second: number): void;
}

/** Columns multiplied at a time: two blocks of 128 rows × 256 columns lie in the second-level cache. */
const panelColumns = 256;

/**
 * Makes a tile for blocks of `blockSize` rows. Memory: `blockSize² + 512 · blockSize` float64.
 *
 * Blocks are copied as float64 unit rows, a panel of columns at a time, so that the inner loop
 * reads the cache only; rows past the last are zero.
 */
export function createSimilarityTile(features: NormedRows, blockSize: number): SimilarityTile {
  const stride = Math.ceil(blockSize / 4) * 4;
  const width = Math.min(panelColumns, features.columns);
  const values = new Float64Array(stride * stride);
  const left = new Float64Array(stride * width);
  const right = new Float64Array(stride * width);

  const pack = (block: number, from: number, out: Float64Array) => {
    const { rows, columns, data, inverseNorms } = features;
    out.fill(0);
    const count = Math.min(blockSize, rows - block);
    const used = Math.min(width, columns - from);
    for (let row = 0; row < count; row++) {
      const start = (block + row) * columns + from;
      const factor = inverseNorms[block + row]!;
      for (let at = 0; at < used; at++) out[row * width + at] = data[start + at]! * factor;
    }
  };

  const tile = {
    values,
    stride,
    blockSize,
    first: 0,
    second: 0,
    compute: (first: number, second: number) => {
      tile.first = first;
      tile.second = second;
      values.fill(0);
      for (let from = 0; from < features.columns; from += width) {
        pack(first, from, left);
        pack(second, from, right);
        addProducts(values, { left, right, stride, width });
      }
    },
  };
  return tile;
}

interface Panels {
  /** `[stride, width]` each, row-major. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly stride: number;
  readonly width: number;
}

/** `out += left · rightᵀ`, two rows by four at a time, their eight sums in registers. */
function addProducts(out: Float64Array, { left, right, stride, width }: Panels): void {
  for (let a = 0; a < stride; a += 2) {
    for (let b = 0; b < stride; b += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let l = a * width;
      let r = b * width;
      for (const end = l + width; l < end; l++, r++) {
        const l0 = left[l]!;
        const l1 = left[l + width]!;
        const r0 = right[r]!;
        const r1 = right[r + width]!;
        const r2 = right[r + 2 * width]!;
        const r3 = right[r + 3 * width]!;
        s00 += l0 * r0;
        s01 += l0 * r1;
        s02 += l0 * r2;
        s03 += l0 * r3;
        s10 += l1 * r0;
        s11 += l1 * r1;
        s12 += l1 * r2;
        s13 += l1 * r3;
      }
      const at = a * stride + b;
      out[at]! += s00;
      out[at + 1]! += s01;
      out[at + 2]! += s02;
      out[at + 3]! += s03;
      out[at + stride]! += s10;
      out[at + stride + 1]! += s11;
      out[at + stride + 2]! += s12;
      out[at + stride + 3]! += s13;
    }
  }
}
