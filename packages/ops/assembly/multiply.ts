import { scratch } from './scratch';

/** Rows, columns and depth of the blocks that are packed at a time: A 64 KiB, B 256 KiB. */
const blockRows: i32 = 64;
const blockColumns: i32 = 256;
export const blockDepth: i32 = 256;

/** Numbers of a thread's scratch memory that a product uses: packed blocks of `b` and `a`, and one tile. */
export const multiplyScratch: i32 = blockColumns * blockDepth + blockRows * blockDepth + 32;

/**
 * Dense product `c[m × n] = a[m × k] · b[k × n]`, plus `bias[n]` in every row unless that is 0, or added to
 * what is in `c` when `accumulate` is set. Element `(i, j)` of an operand lies at
 * `i · rowStride + j · columnStride` numbers from its start, so either may be transposed at no cost: both are
 * packed into panels (4 rows of `a`, 8 columns of `b`) that the inner loop reads in order.
 *
 * With `aRows`, row `i` of `a` is row `aRows[i]` of a larger table; with `aColumns`, column `j` is column
 * `aColumns[j]` (for products with the transpose of looked-up rows). 0: all, in order.
 */
export function multiply(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  aRows: usize,
  aColumns: usize,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  cRowStride: i32,
  bias: usize,
  accumulate: bool,
): void {
  const packedB = scratch;
  const packedA = packedB + ((<usize>(blockColumns * blockDepth)) << 2);
  const tile = packedA + ((<usize>(blockRows * blockDepth)) << 2);
  if ((k == 0 || bias != 0) && !accumulate) fillRows(m, n, c, cRowStride, bias);
  for (let j0: i32 = 0; j0 < n; j0 += blockColumns) {
    const columns = min(blockColumns, n - j0);
    for (let k0: i32 = 0; k0 < k; k0 += blockDepth) {
      const depth = min(blockDepth, k - k0);
      const first = k0 == 0 && bias == 0 && !accumulate;
      pack8(at(b, k0, bRowStride, j0, bColumnStride), bRowStride, bColumnStride, depth, columns, packedB);
      for (let i0: i32 = 0; i0 < m; i0 += blockRows) {
        const rows = min(blockRows, m - i0);
        if (aRows != 0) packListedRows(a, aRows + ((<usize>i0) << 2), aRowStride, k0, depth, rows, packedA);
        else if (aColumns != 0) packListedColumns(at(a, i0, aRowStride, 0, 0), aColumns + ((<usize>k0) << 2), aColumnStride, depth, rows, packedA);
        else pack4(at(a, i0, aRowStride, k0, aColumnStride), aRowStride, aColumnStride, depth, rows, packedA);
        for (let j: i32 = 0; j < columns; j += 8) {
          const panelB = packedB + ((<usize>(j * depth)) << 2);
          for (let i: i32 = 0; i < rows; i += 4) {
            const panelA = packedA + ((<usize>(i * depth)) << 2);
            const target = at(c, i0 + i, cRowStride, j0 + j, 1);
            if (i + 4 <= rows && j + 8 <= columns) {
              multiplyTile(panelA, panelB, depth, target, (<usize>cRowStride) << 2, first);
            } else {
              multiplyTile(panelA, panelB, depth, tile, 32, true);
              copyTile(tile, target, cRowStride, min(4, rows - i), min(8, columns - j), first);
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function at(base: usize, row: i32, rowStride: i32, column: i32, columnStride: i32): usize {
  return base + (((<usize>row) * (<usize>rowStride) + (<usize>column) * (<usize>columnStride)) << 2);
}

function fillRows(m: i32, n: i32, c: usize, rowStride: i32, bias: usize): void {
  const bytes = (<usize>n) << 2;
  for (let i: i32 = 0; i < m; i++) {
    if (bias != 0) memory.copy(c, bias, bytes);
    else memory.fill(c, 0, bytes);
    c += (<usize>rowStride) << 2;
  }
}

/** Packs `rows` rows into panels of four, depth-major within a panel; rows past the end are zero. */
function pack4(from: usize, rowStride: i32, columnStride: i32, depth: i32, rows: i32, to: usize): void {
  const step = (<usize>columnStride) << 2;
  const rowStep = (<usize>rowStride) << 2;
  for (let i: i32 = 0; i < rows; i += 4) {
    let p = from + (<usize>i) * rowStep;
    if (i + 4 <= rows) {
      if (rowStride == 1) {
        for (let d: i32 = 0; d < depth; d++) {
          v128.store(to, v128.load(p));
          p += step;
          to += 16;
        }
      } else {
        const p1 = p + rowStep, p2 = p1 + rowStep, p3 = p2 + rowStep;
        packFour(p, p1, p2, p3, step, depth, to);
        to += 16 * <usize>depth;
      }
    } else {
      for (let d: i32 = 0; d < depth; d++) {
        for (let r: i32 = 0; r < 4; r++) {
          store<f32>(to + ((<usize>r) << 2), i + r < rows ? load<f32>(p + (<usize>r) * rowStep) : 0);
        }
        p += step;
        to += 16;
      }
    }
  }
}

/** Interleaves `depth` numbers of four rows that lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
function packFour(p0: usize, p1: usize, p2: usize, p3: usize, step: usize, depth: i32, to: usize): void {
  let offset: usize = 0;
  let d: i32 = 0;
  if (step == 4) {
    for (; d + 4 <= depth; d += 4) {
      transposeFour(p0 + offset, p1 + offset, p2 + offset, p3 + offset, to, 16);
      offset += 16;
      to += 64;
    }
  }
  for (; d < depth; d++) {
    store<f32>(to, load<f32>(p0 + offset));
    store<f32>(to, load<f32>(p1 + offset), 4);
    store<f32>(to, load<f32>(p2 + offset), 8);
    store<f32>(to, load<f32>(p3 + offset), 12);
    offset += step;
    to += 16;
  }
}

/** Four numbers from each of four places, transposed, into four places `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function transposeFour(p0: usize, p1: usize, p2: usize, p3: usize, to: usize, stride: usize): void {
  const a = v128.load(p0), b = v128.load(p1), c = v128.load(p2), d = v128.load(p3);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7), cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
  v128.store(to + stride, i32x4.shuffle(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * stride, i32x4.shuffle(ab2, cd2, 0, 1, 4, 5));
  v128.store(to + 3 * stride, i32x4.shuffle(ab2, cd2, 2, 3, 6, 7));
}

/** {@link pack4} of the listed rows of a table whose columns lie side by side, from column `k0` on. */
function packListedRows(table: usize, list: usize, rowStride: i32, k0: i32, depth: i32, rows: i32, to: usize): void {
  const first = table + ((<usize>k0) << 2);
  for (let i: i32 = 0; i < rows; i += 4) {
    const last = min(4, rows - i) - 1;
    const p0 = listed(first, list, i, rowStride);
    const p1 = listed(first, list, i + min(1, last), rowStride);
    const p2 = listed(first, list, i + min(2, last), rowStride);
    const p3 = listed(first, list, i + min(3, last), rowStride);
    // Rows past the end repeat the last: what they give is left out of the result.
    packFour(p0, p1, p2, p3, 4, depth, to);
    to += 16 * <usize>depth;
  }
}

/** {@link pack4} of the transpose of listed rows: row `i` is a column of the table, depth goes by the list. */
function packListedColumns(from: usize, list: usize, stride: i32, depth: i32, rows: i32, to: usize): void {
  for (let i: i32 = 0; i < rows; i += 4) {
    const whole = i + 4 <= rows;
    for (let d: i32 = 0; d < depth; d++) {
      const p = listed(from, list, d, stride) + ((<usize>i) << 2);
      if (whole) {
        v128.store(to, v128.load(p));
      } else {
        for (let r: i32 = 0; r < 4; r++) {
          store<f32>(to + ((<usize>r) << 2), i + r < rows ? load<f32>(p + ((<usize>r) << 2)) : 0);
        }
      }
      to += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function listed(base: usize, list: usize, position: i32, stride: i32): usize {
  return base + (((<usize>load<i32>(list + ((<usize>position) << 2))) * (<usize>stride)) << 2);
}

/** Packs `columns` columns into panels of eight, depth-major within a panel; columns past the end are zero. */
function pack8(from: usize, rowStride: i32, columnStride: i32, depth: i32, columns: i32, to: usize): void {
  const step = (<usize>rowStride) << 2;
  const columnStep = (<usize>columnStride) << 2;
  for (let j: i32 = 0; j < columns; j += 8) {
    let p = from + (<usize>j) * columnStep;
    if (j + 8 <= columns && columnStride == 1) {
      for (let d: i32 = 0; d < depth; d++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        p += step;
        to += 32;
      }
    } else {
      const width = min(8, columns - j);
      let d: i32 = 0;
      if (width == 8 && rowStride == 1) {
        for (; d + 4 <= depth; d += 4) {
          transposeFour(p, p + columnStep, p + 2 * columnStep, p + 3 * columnStep, to, 32);
          const q = p + 4 * columnStep;
          transposeFour(q, q + columnStep, q + 2 * columnStep, q + 3 * columnStep, to + 16, 32);
          p += 16;
          to += 128;
        }
      }
      for (; d < depth; d++) {
        for (let c: i32 = 0; c < 8; c++) {
          store<f32>(to + ((<usize>c) << 2), c < width ? load<f32>(p + (<usize>c) * columnStep) : 0);
        }
        p += step;
        to += 32;
      }
    }
  }
}

/** A 4 × 8 tile of the product, written to `c` or added to what is there. Measured: six rows need more registers than there are, and are a third slower. */
function multiplyTile(a: usize, b: usize, depth: i32, c: usize, stride: usize, first: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  const end = b + ((<usize>depth) << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(v, b0));
    c01 = f32x4.add(c01, f32x4.mul(v, b1));
    v = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(v, b0));
    c11 = f32x4.add(c11, f32x4.mul(v, b1));
    v = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(v, b0));
    c21 = f32x4.add(c21, f32x4.mul(v, b1));
    v = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(v, b0));
    c31 = f32x4.add(c31, f32x4.mul(v, b1));
    a += 16;
    b += 32;
  }
  storeTileRow(c, c00, c01, first);
  storeTileRow(c + stride, c10, c11, first);
  storeTileRow(c + 2 * stride, c20, c21, first);
  storeTileRow(c + 3 * stride, c30, c31, first);
}

// @ts-ignore: decorator
@inline
function storeTileRow(to: usize, left: v128, right: v128, first: bool): void {
  v128.store(to, first ? left : f32x4.add(left, v128.load(to)));
  v128.store(to, first ? right : f32x4.add(right, v128.load(to, 16)), 16);
}

/** Copies the part of a tile that lies inside the result. */
function copyTile(tile: usize, c: usize, rowStride: i32, rows: i32, columns: i32, first: bool): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < columns; j++) {
      const value = load<f32>(tile + ((<usize>(i * 8 + j)) << 2));
      const to = at(c, i, rowStride, j, 1);
      store<f32>(to, first ? value : value + load<f32>(to));
    }
  }
}
