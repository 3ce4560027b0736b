import { checkIndices, defineOptions, type CsrMatrix } from '@mmrec/core';
import { countingSort, startsByKey } from './counting-sort.js';

/** A sparse matrix as a list of entries, in any order. */
export interface Coordinates {
  readonly rows: number;
  readonly columns: number;
  /** Row of each entry, integers `0 … rows − 1`, `[entries]`. */
  readonly rowIndices: ArrayLike<number>;
  /** Column of each entry, integers `0 … columns − 1`, `[entries]`. */
  readonly columnIndices: ArrayLike<number>;
  /** Value of each entry, `[entries]`; absent: 1 each. */
  readonly values?: ArrayLike<number>;
}

/** Options of {@link csrFromCoordinates}. */
export interface CsrFromCoordinatesOptions {
  /** What entries at one place become: their sum (the default), or the first of them. */
  readonly duplicates: 'sum' | 'once';
}

const options = defineOptions<CsrFromCoordinatesOptions>({
  duplicates: {
    kind: 'choice',
    default: 'sum',
    choices: ['sum', 'once'],
    description: 'What entries at one place become: their sum, or the first of them.',
  },
});

/**
 * Sparse matrix in compressed sparse row form from its entries in any order.
 *
 * Two counting sorts: O(entries + rows + columns), no object an entry. Sums are made in float64 and
 * rounded once to float32.
 *
 * @param coordinates - Entries; not changed and not kept.
 * @returns A matrix `[rows, columns]` whose columns ascend within each row, each once.
 * @throws {RangeError} If the columns of entries differ in length, a size is not an integer ≥ 0, or
 * an index is out of range.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({
 *   rows: 2, columns: 3, rowIndices: [1, 0, 1], columnIndices: [2, 1, 2], values: [4, 5, 6],
 * });
 * [...matrix.offsets] // => [0, 1, 2]
 * [...matrix.indices] // => [1, 2]
 * [...matrix.values] // => [5, 10]
 * ```
 */
export function csrFromCoordinates(
  coordinates: Coordinates,
  given: Partial<CsrFromCoordinatesOptions> = {},
): CsrMatrix {
  const where = 'csrFromCoordinates';
  const { duplicates } = options.resolve(where, given);
  checkCoordinates(where, coordinates);
  return compress(coordinates, duplicates);
}

function checkCoordinates(where: string, coordinates: Coordinates): void {
  const { rows, columns, rowIndices, columnIndices, values } = coordinates;
  for (const [name, size] of Object.entries({ rows, columns })) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw new RangeError(`${where}: ${name} must be an integer ≥ 0, got ${size}.`);
  }
  const valueCount = values?.length ?? rowIndices.length;
  if (rowIndices.length !== columnIndices.length || rowIndices.length !== valueCount) {
    const got = [`rowIndices [${rowIndices.length}]`, `columnIndices [${columnIndices.length}]`];
    if (values) got.push(`values [${values.length}]`);
    throw new RangeError(`${where}: lengths must match, got ${got.join(', ')}.`);
  }
  checkIndices(where, { rowIndices }, rows);
  checkIndices(where, { columnIndices }, columns);
}

/** Sorts by column and then, stably, by row, which leaves each row's columns ascending; then merges. */
function compress(coordinates: Coordinates, duplicates: 'sum' | 'once'): CsrMatrix {
  const { rows, columns, rowIndices, columnIndices, values } = coordinates;
  const starts = startsByKey(rowIndices, rows);
  const order = new Int32Array(rowIndices.length);
  const next = starts.slice();
  for (const entry of countingSort(columnIndices, columns)) {
    order[next[rowIndices[entry]!]!++] = entry;
  }

  const offsets = new Int32Array(rows + 1);
  const indices = new Int32Array(order.length);
  const merged = new Float32Array(order.length);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    for (let at = starts[row]!; at < starts[row + 1]!; end++) {
      const column = columnIndices[order[at]!]!;
      let value = values ? values[order[at]!]! : 1;
      for (at++; at < starts[row + 1]! && columnIndices[order[at]!] === column; at++) {
        if (duplicates === 'sum') value += values ? values[order[at]!]! : 1;
      }
      indices[end] = column;
      merged[end] = value;
    }
    offsets[row + 1] = end;
  }
  return { rows, columns, offsets, indices: indices.slice(0, end), values: merged.slice(0, end) };
}
