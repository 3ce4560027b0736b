/** The different rows of a list and how often each occurs. */
export interface CountedRows {
  readonly rows: Int32Array;
  readonly counts: Float32Array;
}

/** Counts the rows of a list, in the order of their first occurrence. */
export function countRows(list: Int32Array): CountedRows {
  const counts = new Map<number, number>();
  for (const row of list) counts.set(row, (counts.get(row) ?? 0) + 1);
  return { rows: Int32Array.from(counts.keys()), counts: Float32Array.from(counts.values()) };
}
