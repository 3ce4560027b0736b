/** Copies `count` rows of `columns` 4-byte numbers, `out[r] = table[indices[r]]`. */
export function gatherRows(table: usize, indices: usize, count: i32, columns: i32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const from = table + (<usize>load<i32>(indices + ((<usize>r) << 2))) * stride;
    copyRow(from, out, columns);
    out += stride;
  }
}

/** Adds rows into a table, `out[indices[r]] += rows[r]`; rows with a negative index are left out. */
export function addRows(rows: usize, indices: usize, count: i32, columns: i32, out: usize): void {
  const stride = (<usize>columns) << 2;
  for (let r: i32 = 0; r < count; r++) {
    const index = load<i32>(indices + ((<usize>r) << 2));
    if (index >= 0) addRow(rows, out + (<usize>index) * stride, columns);
    rows += stride;
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
