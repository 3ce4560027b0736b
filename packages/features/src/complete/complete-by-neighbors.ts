import { createTopK } from '@mmrec/ops';
import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { centeredUnits } from './centered-units.js';
import { pickRows, type CompletedRows, type CompletionTarget } from './completion-target.js';

/** The mean of the items that are nearest in the other modalities, of those that have this one. */
export function completeByNeighbors({
  matrix,
  missing,
  known,
  others,
  options,
}: CompletionTarget): CompletedRows {
  const { columns } = matrix;
  const data = new Float32Array(missing.length * columns);
  const unknown = missing.map((row) => Number(others.every((other) => other.missing?.[row] === 1)));
  if (others.length === 0) return { data, unknown: new Uint8Array(missing.length).fill(1) };
  const units = centeredUnits(others);
  const table = (rows: Int32Array) =>
    tensor2d(pickRows(units, rows).data, [rows.length, units.columns]);
  const tables = { users: table(missing), items: table(known) };
  const k = Math.min(options.numNeighbors, known.length);
  const nearest = createTopK(tables)({ users: missing.map((_, at) => at), k });
  dispose(tables);
  missing.forEach((_, at) => {
    for (const place of nearest.subarray(at * k, (at + 1) * k)) {
      const row = known[place]!;
      for (let c = 0; c < columns; c++) {
        data[at * columns + c]! += matrix.data[row * columns + c]! / k;
      }
    }
  });
  return { data, unknown: Uint8Array.from(unknown) };
}
