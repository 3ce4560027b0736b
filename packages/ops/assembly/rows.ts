/** Copies `count` rows of `columns` 4-byte numbers, `out[r] = table[indices[r]]`. */
export function gatherRows(table: usize, indices: usize, count: i32, columns: i32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const from = table + (<usize>load<i32>(indices + ((<usize>r) << 2))) * stride;
    copyRow(from, out, columns);
    out += stride;
  }
}

/** Copies `count` rows of `columns` 4-byte numbers that lie `fromStride` numbers apart to places `toStride` apart. */
export function copyRows(
  from: usize, fromStride: i32, count: i32, columns: i32, to: usize, toStride: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    memory.copy(to, from, bytes);
    from += (<usize>fromStride) << 2;
    to += (<usize>toStride) << 2;
  }
}

/** Adds rows into a table, `out[indices[r]] += rows[r]`, for the indices in `from … to − 1`; others are left out. */
export function addRows(
  rows: usize, indices: usize, count: i32, columns: i32, from: i32, to: i32, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const index = load<i32>(indices + ((<usize>r) << 2));
    if (index >= from && index < to) addRow(rows, out + (<usize>index) * stride, columns);
    rows += stride;
  }
}

/** Zeroes `count` 4-byte numbers. */
export function clear(x: usize, count: i32): void {
  memory.fill(x, 0, (<usize>count) << 2);
}

/** `out[r] = scales[r] · factor · table[indices[r]]` for `count` rows. */
export function scaledRows(
  table: usize, indices: usize, scales: usize, factor: f32, count: i32, columns: i32, out: usize,
): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const at = (<usize>r) << 2;
    scaleRow(table + (<usize>load<i32>(indices + at)) * stride, load<f32>(scales + at) * factor, columns, out);
    out += stride;
  }
}

// @ts-ignore: decorator
@inline
function scaleRow(from: usize, s: f32, columns: i32, to: usize): void {
  const ss = f32x4.splat(s);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    v128.store(to, f32x4.mul(ss, v128.load(from)));
    from += 16;
    to += 16;
  }
  for (; c < columns; c++) {
    store<f32>(to, s * load<f32>(from));
    from += 4;
    to += 4;
  }
}

// @ts-ignore: decorator
@inline
function copyRow(from: usize, to: usize, columns: i32): void {
  let c: i32 = 0;
  for (; c + 16 <= columns; c += 16) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
    from += 64;
    to += 64;
  }
  for (; c < columns; c++) {
    store<u32>(to, load<u32>(from));
    from += 4;
    to += 4;
  }
}

// @ts-ignore: decorator
@inline
function addRow(from: usize, to: usize, columns: i32): void {
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    from += 16;
    to += 16;
  }
  for (; c < columns; c++) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += 4;
    to += 4;
  }
}
