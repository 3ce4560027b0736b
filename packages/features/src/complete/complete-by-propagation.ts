import type { CsrMatrix } from '@mmrec/core';
import { coOccurrenceGraph, csrFromCoordinates, knnGraph, normalizeRows, spmm } from '@mmrec/graph';
import { valuesOf } from '@mmrec/ops';
import { add, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { centeredUnits } from './centered-units.js';
import type { CompletedRows, CompletionTarget } from './completion-target.js';

/** Columns propagated at a time. */
const blockSize = 256;

/**
 * What the item graph passes on: $X_u \leftarrow \hat A_{uu} X_u + \hat A_{uk} X_k$ from zero, on deviations from
 * the mean, u the items that lack the modality and k those that have it.
 */
export function completeByPropagation(target: CompletionTarget): CompletedRows {
  const { matrix, missing, known, mean, options } = target;
  const graph = itemGraph(target);
  const [fromMissing, fromKnown] = [missing, known].map((columns) =>
    selectColumns(graph, missing, columns),
  ) as [CsrMatrix, CsrMatrix];
  const data = new Float32Array(missing.length * matrix.columns);
  for (let start = 0; start < matrix.columns; start += blockSize) {
    const width = Math.min(blockSize, matrix.columns - start);
    const made = valuesOf(() => {
      const deviations = tensor2d(deviationsOf(target, [start, width]), [known.length, width]);
      const given = spmm(fromKnown, deviations);
      let x = given;
      for (let step = 1; step < options.numIterations; step++) x = advance(x, fromMissing, given);
      return x;
    });
    missing.forEach((_, at) => {
      for (let c = 0; c < width; c++) {
        data[at * matrix.columns + start + c] = made[at * width + c]! + mean[start + c]!;
      }
    });
  }
  return { data, unknown: withoutPath(fromMissing, fromKnown) };
}

function advance(x: Tensor2D, graph: CsrMatrix, given: Tensor2D): Tensor2D {
  const next = tidy(() => add<Tensor2D>(spmm(graph, x), given));
  if (x !== given) x.dispose();
  return next;
}

/** Both ways along each edge of the nearest by co-occurrence and by the other modalities; rows sum to 1. */
function itemGraph({ matrix, others, interactions, options }: CompletionTarget): CsrMatrix {
  const k = options.numNeighbors;
  const graphs = [
    ...(interactions ? [coOccurrenceGraph(interactions, { k })] : []),
    ...(others.length > 0 ? [knnGraph(centeredUnits(others), { k, includeSelf: false })] : []),
  ];
  const edges = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  for (const { rows, offsets, indices, values } of graphs) {
    for (let row = 0; row < rows; row++) {
      for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
        // An opposite is nobody to learn from.
        if (values[at]! <= 0) continue;
        edges.rows.push(row, indices[at]!);
        edges.columns.push(indices[at]!, row);
        edges.values.push(values[at]!, values[at]!);
      }
    }
  }
  return normalizeRows(
    csrFromCoordinates({
      ...{ rows: matrix.rows, columns: matrix.rows },
      ...{ rowIndices: edges.rows, columnIndices: edges.columns, values: edges.values },
    }),
  );
}

/** A part of a graph: some rows and some columns, both renumbered. */
function selectColumns(graph: CsrMatrix, rows: Int32Array, columns: Int32Array): CsrMatrix {
  const placeOf = new Int32Array(graph.columns).fill(-1);
  columns.forEach((column, place) => (placeOf[column] = place));
  const entries = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  rows.forEach((row, at) => {
    for (let entry = graph.offsets[row]!; entry < graph.offsets[row + 1]!; entry++) {
      const place = placeOf[graph.indices[entry]!]!;
      if (place < 0) continue;
      entries.rows.push(at);
      entries.columns.push(place);
      entries.values.push(graph.values[entry]!);
    }
  });
  return csrFromCoordinates({
    ...{ rows: rows.length, columns: columns.length },
    ...{ rowIndices: entries.rows, columnIndices: entries.columns, values: entries.values },
  });
}

/** The known rows minus the mean, some of their columns. */
function deviationsOf(
  { matrix, known, mean }: CompletionTarget,
  [start, width]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(known.length * width);
  known.forEach((row, at) => {
    for (let c = 0; c < width; c++) {
      out[at * width + c] = matrix.data[row * matrix.columns + start + c]! - mean[start + c]!;
    }
  });
  return out;
}

/** 1 for each row from which no path leads to an item that has the modality. */
function withoutPath(fromMissing: CsrMatrix, fromKnown: CsrMatrix): Uint8Array {
  const { rows } = fromKnown;
  const unknown = new Uint8Array(rows);
  let reached = Array.from({ length: rows }, (_, row) => row).filter((row) => {
    unknown[row] = Number(fromKnown.offsets[row] === fromKnown.offsets[row + 1]);
    return unknown[row] === 0;
  });
  // The graph goes both ways: whoever is a neighbour of a row that is reached reaches it.
  while (reached.length > 0) {
    const next: number[] = [];
    for (const row of reached) {
      for (let at = fromMissing.offsets[row]!; at < fromMissing.offsets[row + 1]!; at++) {
        const other = fromMissing.indices[at]!;
        if (unknown[other] === 0) continue;
        unknown[other] = 0;
        next.push(other);
      }
    }
    reached = next;
  }
  return unknown;
}
