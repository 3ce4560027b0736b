import type { CsrMatrix } from '@mmrec/core';

/** The best candidates seen so far of many rows, a binary heap with the worst on top for each row. */
export interface NearestCandidates {
  /** Offers a candidate; of equal similarities the lower index is better. */
  offer(row: number, candidate: number, similarity: number): void;
  /** The candidates kept, as a square matrix of their similarities; those above 1 become 1. */
  toCsr(): CsrMatrix;
}

/** Keeps the `capacity` ≥ 1 best candidates of each of `rows` rows, in 12 bytes a candidate. */
export function createNearestCandidates(rows: number, capacity: number): NearestCandidates {
  const similarities = new Float64Array(rows * capacity);
  const indices = new Int32Array(rows * capacity);
  const counts = new Int32Array(rows);

  const isWorse = (a: number, b: number) =>
    similarities[a]! < similarities[b]! ||
    (similarities[a]! === similarities[b]! && indices[a]! > indices[b]!);
  const swap = (a: number, b: number) => {
    [similarities[a], similarities[b]] = [similarities[b]!, similarities[a]!];
    [indices[a], indices[b]] = [indices[b]!, indices[a]!];
  };
  const rise = (start: number, slot: number) => {
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!isWorse(start + slot, start + parent)) return;
      swap(start + slot, start + parent);
      slot = parent;
    }
  };
  const sink = (start: number) => {
    for (let slot = 0; ;) {
      let worst = slot;
      for (let child = 2 * slot + 1; child <= 2 * slot + 2 && child < capacity; child++) {
        if (isWorse(start + child, start + worst)) worst = child;
      }
      if (worst === slot) return;
      swap(start + slot, start + worst);
      slot = worst;
    }
  };

  return {
    offer: (row, candidate, similarity) => {
      const start = row * capacity;
      const count = counts[row]!;
      if (count < capacity) {
        similarities[start + count] = similarity;
        indices[start + count] = candidate;
        counts[row] = count + 1;
        rise(start, count);
        return;
      }
      if (similarity < similarities[start]!) return;
      if (similarity === similarities[start]! && candidate > indices[start]!) return;
      similarities[start] = similarity;
      indices[start] = candidate;
      sink(start);
    },
    toCsr: () => {
      const offsets = new Int32Array(rows + 1);
      for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + counts[row]!;
      const columns = new Int32Array(offsets[rows]!);
      const values = new Float32Array(offsets[rows]!);
      for (let row = 0; row < rows; row++) {
        const slots = Array.from({ length: counts[row]! }, (_, slot) => row * capacity + slot);
        slots.sort((a, b) => indices[a]! - indices[b]!);
        slots.forEach((slot, place) => {
          columns[offsets[row]! + place] = indices[slot]!;
          values[offsets[row]! + place] = Math.min(similarities[slot]!, 1);
        });
      }
      return { rows, columns: rows, offsets, indices: columns, values };
    },
  };
}
