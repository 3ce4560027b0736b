/** Rows, columns and depth of the blocks that are packed at a time: A 64 KiB, B 256 KiB. */
const blockRows: i32 = 64;
const blockColumns: i32 = 256;
const blockDepth: i32 = 256;

/**
 * Dense product `c[m × n] = a[m × k] · b[k × n]`. Element `(i, j)` of an operand lies at
 * `i · rowStride + j · columnStride` numbers from its start, so either may be transposed at no cost:
 * both are packed into panels (4 rows of `a`, 8 columns of `b`) that the inner loop reads in order.
 *
 * `scratch` must have room for 81,952 numbers: a packed block of `b`, one of `a`, and one tile.
 */
export function multiply(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  scratch: usize,
): void {
  const packedB = scratch;
  const packedA = packedB + ((<usize>(blockColumns * blockDepth)) << 2);
  const tile = packedA + ((<usize>(blockRows * blockDepth)) << 2);
  if (k == 0) memory.fill(c, 0, ((<usize>m) * (<usize>n)) << 2);
  for (let j0: i32 = 0; j0 < n; j0 += blockColumns) {
    const columns = min(blockColumns, n - j0);
    for (let k0: i32 = 0; k0 < k; k0 += blockDepth) {
      const depth = min(blockDepth, k - k0);
      const first = k0 == 0;
      pack8(at(b, k0, bRowStride, j0, bColumnStride), bRowStride, bColumnStride, depth, columns, packedB);
      for (let i0: i32 = 0; i0 < m; i0 += blockRows) {
        const rows = min(blockRows, m - i0);
        pack4(at(a, i0, aRowStride, k0, aColumnStride), aRowStride, aColumnStride, depth, rows, packedA);
        for (let j: i32 = 0; j < columns; j += 8) {
          const panelB = packedB + ((<usize>(j * depth)) << 2);
          for (let i: i32 = 0; i < rows; i += 4) {
            const panelA = packedA + ((<usize>(i * depth)) << 2);
            const target = at(c, i0 + i, n, j0 + j, 1);
            if (i + 4 <= rows && j + 8 <= columns) {
              multiplyTile(panelA, panelB, depth, target, (<usize>n) << 2, first);
            } else {
              multiplyTile(panelA, panelB, depth, tile, 32, true);
              copyTile(tile, target, n, min(4, rows - i), min(8, columns - j), first);
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
        for (let d: i32 = 0; d < depth; d++) {
          store<f32>(to, load<f32>(p));
          store<f32>(to, load<f32>(p + rowStep), 4);
          store<f32>(to, load<f32>(p + 2 * rowStep), 8);
          store<f32>(to, load<f32>(p + 3 * rowStep), 12);
          p += step;
          to += 16;
        }
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
      for (let d: i32 = 0; d < depth; d++) {
        for (let c: i32 = 0; c < 8; c++) {
          store<f32>(to + ((<usize>c) << 2), c < width ? load<f32>(p + (<usize>c) * columnStep) : 0);
        }
        p += step;
        to += 32;
      }
    }
  }
}

/** A 4 × 8 tile of the product, written to `c` or added to what is there. */
function multiplyTile(a: usize, b: usize, depth: i32, c: usize, stride: usize, first: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let d: i32 = 0; d < depth; d++) {
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
function copyTile(tile: usize, c: usize, n: i32, rows: i32, columns: i32, first: bool): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < columns; j++) {
      const value = load<f32>(tile + ((<usize>(i * 8 + j)) << 2));
      const to = at(c, i, n, j, 1);
      store<f32>(to, first ? value : value + load<f32>(to));
    }
  }
}
