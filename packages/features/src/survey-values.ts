/** What is unusual in a matrix. */
export interface ValueSurvey {
  /** Number of NaN values. */
  readonly nan: number;
  /** Number of values that are Infinity or −Infinity. */
  readonly infinite: number;
  /** Position of the first NaN or infinite value, or −1. */
  readonly firstNonFinite: number;
  /** Number of rows that are all zero. */
  readonly zeroRows: number;
  /** 1 for each row that is all zero, `[rows]`. */
  readonly isZeroRow: Uint8Array;
}

/** Counts NaN, infinite values and zero rows of a row-major matrix, in one pass. */
export function surveyValues(data: Float32Array, rows: number): ValueSurvey {
  const columns = rows === 0 ? 0 : data.length / rows;
  const isZeroRow = new Uint8Array(rows);
  let [nan, infinite, firstNonFinite, zeroRows] = [0, 0, -1, 0];
  for (let row = 0; row < rows; row++) {
    let isZero = true;
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      const value = data[at]!;
      if (value === 0) continue;
      isZero = false;
      if (Number.isFinite(value)) continue;
      if (Number.isNaN(value)) nan++;
      else infinite++;
      if (firstNonFinite < 0) firstNonFinite = at;
    }
    if (!isZero) continue;
    isZeroRow[row] = 1;
    zeroRows++;
  }
  return { nan, infinite, firstNonFinite, zeroRows, isZeroRow };
}
