/**
 * A sparse matrix in compressed sparse row form. The entries of row `r` lie at positions
 * `offsets[r] … offsets[r + 1] − 1` of `indices` (their columns, ascending) and `values`.
 * Treat it as immutable: back ends keep their own copy of a matrix that they have seen.
 */
export interface CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  /** `[rows + 1]`, ascending, starting at 0. */
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}
