/**
 * The `k` columns with the largest scores of each row, best first, equal scores by lower column.
 * Scores of −∞ and NaN are never chosen: places left over hold −1.
 *
 * A row's best so far lie in a heap with the worst on top, in `scratch` (room for `2 k` numbers);
 * four scores at a time are compared with that worst, and few pass it.
 */
export function selectTop(scores: usize, rows: i32, columns: i32, k: i32, out: usize, scratch: usize): void {
  const heapScores = scratch;
  const heapColumns = scratch + ((<usize>k) << 2);
  for (let r: i32 = 0; r < rows; r++) {
    let size: i32 = 0;
    let worst: f32 = -<f32>Infinity;
    let limit = f32x4.splat(worst);
    let c: i32 = 0;
    while (c < columns) {
      const at = scores + ((<usize>c) << 2);
      if (c + 4 <= columns && !v128.any_true(f32x4.gt(v128.load(at), limit))) {
        c += 4;
        continue;
      }
      const score = load<f32>(at);
      if (score > worst) {
        if (size < k) {
          siftUp(heapScores, heapColumns, size, score, c);
          size++;
        } else {
          siftDown(heapScores, heapColumns, size, score, c);
        }
        if (size == k) {
          worst = load<f32>(heapScores);
          limit = f32x4.splat(worst);
        }
      }
      c++;
    }
    for (let place = k - 1; place >= size; place--) store<i32>(out + ((<usize>place) << 2), -1);
    for (let place = size - 1; place >= 0; place--) {
      store<i32>(out + ((<usize>place) << 2), load<i32>(heapColumns));
      const last = (<usize>place) << 2;
      siftDown(heapScores, heapColumns, place, load<f32>(heapScores + last), load<i32>(heapColumns + last));
    }
    scores += (<usize>columns) << 2;
    out += (<usize>k) << 2;
  }
}

/** Whether the first of two entries ranks below the second. */
// @ts-ignore: decorator
@inline
function ranksBelow(score: f32, column: i32, otherScore: f32, otherColumn: i32): bool {
  return score < otherScore || (score == otherScore && column > otherColumn);
}

/** Puts an entry at the end of a heap of `size` entries and lets it rise. */
function siftUp(heapScores: usize, heapColumns: usize, size: i32, score: f32, column: i32): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const p = (<usize>parent) << 2;
    if (!ranksBelow(score, column, load<f32>(heapScores + p), load<i32>(heapColumns + p))) break;
    move(heapScores, heapColumns, p, (<usize>at) << 2);
    at = parent;
  }
  put(heapScores, heapColumns, (<usize>at) << 2, score, column);
}

/** Puts an entry at the top of a heap of `size` entries, in place of the worst, and lets it sink. */
function siftDown(heapScores: usize, heapColumns: usize, size: i32, score: f32, column: i32): void {
  let at: i32 = 0;
  while (true) {
    let child = 2 * at + 1;
    if (child >= size) break;
    let p = (<usize>child) << 2;
    if (
      child + 1 < size &&
      ranksBelow(
        load<f32>(heapScores + p, 4),
        load<i32>(heapColumns + p, 4),
        load<f32>(heapScores + p),
        load<i32>(heapColumns + p),
      )
    ) {
      child++;
      p += 4;
    }
    if (!ranksBelow(load<f32>(heapScores + p), load<i32>(heapColumns + p), score, column)) break;
    move(heapScores, heapColumns, p, (<usize>at) << 2);
    at = child;
  }
  put(heapScores, heapColumns, (<usize>at) << 2, score, column);
}

// @ts-ignore: decorator
@inline
function move(heapScores: usize, heapColumns: usize, from: usize, to: usize): void {
  put(heapScores, heapColumns, to, load<f32>(heapScores + from), load<i32>(heapColumns + from));
}

// @ts-ignore: decorator
@inline
function put(heapScores: usize, heapColumns: usize, at: usize, score: f32, column: i32): void {
  store<f32>(heapScores + at, score);
  store<i32>(heapColumns + at, column);
}
