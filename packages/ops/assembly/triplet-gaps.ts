import { dot } from './row-norms';

// Rows of tables, looked up and combined without being copied first.

/** `out[t] = users[u[t]] · (items[i[t]] − items[j[t]])`. */
export function tripletGaps(
  users: usize, u: usize, items: usize, i: usize, j: usize, count: i32, columns: i32, out: usize,
): void {
  for (let t: i32 = 0; t < count; t++) {
    const a = row(users, u, t, columns);
    store<f32>(out + offset(t), gap(a, row(items, i, t, columns), row(items, j, t, columns), columns));
  }
}

/** Adds `w[t] (items[i[t]] − items[j[t]])` to `out[u[t]]` for those `u[t]` in `from … to − 1`. */
export function tripletGradientOfUsers(
  items: usize, u: usize, i: usize, j: usize, w: usize, count: i32, columns: i32, from: i32, to: i32, out: usize,
): void {
  for (let t: i32 = 0; t < count; t++) {
    const index = load<i32>(u + offset(t));
    if (index < from || index >= to) continue;
    addDifference(load<f32>(w + offset(t)), row(items, i, t, columns), row(items, j, t, columns), columns, at(out, index, columns));
  }
}

/** Adds `w[t] users[u[t]]` to `out[i[t]]` and takes it from `out[j[t]]`, where these are in `from … to − 1`. */
export function tripletGradientOfItems(
  users: usize, u: usize, i: usize, j: usize, w: usize, count: i32, columns: i32, from: i32, to: i32, out: usize,
): void {
  for (let t: i32 = 0; t < count; t++) {
    const weight = load<f32>(w + offset(t));
    const user = row(users, u, t, columns);
    const positive = load<i32>(i + offset(t));
    if (positive >= from && positive < to) addScaled(weight, user, columns, at(out, positive, columns));
    const negative = load<i32>(j + offset(t));
    if (negative >= from && negative < to) addScaled(-weight, user, columns, at(out, negative, columns));
  }
}

// @ts-ignore: decorator
@inline
function offset(t: i32): usize {
  return (<usize>t) << 2;
}

// @ts-ignore: decorator
@inline
function at(table: usize, index: i32, columns: i32): usize {
  return table + (((<usize>index) * (<usize>columns)) << 2);
}

// @ts-ignore: decorator
@inline
function row(table: usize, list: usize, t: i32, columns: i32): usize {
  return at(table, load<i32>(list + offset(t)), columns);
}

/** `a · (b − c)`. */
// @ts-ignore: decorator
@inline
function gap(a: usize, b: usize, c: usize, columns: i32): f32 {
  return dot(a, b, columns) - dot(a, c, columns);
}

// @ts-ignore: decorator
@inline
function addScaled(s: f32, from: usize, columns: i32, to: usize): void {
  const ss = f32x4.splat(s);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(ss, v128.load(from))));
    from += 16;
    to += 16;
  }
  for (; c < columns; c++) {
    store<f32>(to, load<f32>(to) + s * load<f32>(from));
    from += 4;
    to += 4;
  }
}

// @ts-ignore: decorator
@inline
function addDifference(s: f32, plus: usize, minus: usize, columns: i32, to: usize): void {
  const ss = f32x4.splat(s);
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    const difference = f32x4.sub(v128.load(plus), v128.load(minus));
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(ss, difference)));
    plus += 16;
    minus += 16;
    to += 16;
  }
  for (; c < columns; c++) {
    store<f32>(to, load<f32>(to) + s * (load<f32>(plus) - load<f32>(minus)));
    plus += 4;
    minus += 4;
    to += 4;
  }
}
