import type { FeatureMatrix } from '@mmrec/core';
import { fitRidge } from '@mmrec/ops';
import { createStandardizer } from '../create-standardizer.js';
import { pickRows, type CompletedRows, type CompletionTarget } from './completion-target.js';

/** Examples below which nothing is learned. */
const fewest = 2;

/**
 * Ridge regression from the other modalities that an item has: one for each set of modalities that occurs, on the
 * items that have all of it and the modality.
 */
export function completeByRegression({
  matrix,
  missing,
  known,
  others,
}: CompletionTarget): CompletedRows {
  const { columns } = matrix;
  const data = new Float32Array(missing.length * columns);
  const unknown = new Uint8Array(missing.length).fill(1);
  for (const { available, places } of groupByModalities(missing, others)) {
    const examples = known.filter((row) => available.every((other) => !other.missing?.[row]));
    if (available.length === 0 || examples.length < fewest) continue;
    const matrices = Object.fromEntries(available.map((other, at) => [String(at), other]));
    const standardize = createStandardizer(matrices, examples);
    const targets = pickRows(matrix, examples);
    const { map } = fitRidge({ inputs: standardize(matrices, examples), targets });
    const wanted = missing.filter((_, at) => places.includes(at));
    const made = map(standardize(matrices, wanted));
    places.forEach((place, at) => {
      data.set(made.subarray(at * columns, (at + 1) * columns), place * columns);
      unknown[place] = 0;
    });
  }
  return { data, unknown };
}

/** Items by which of the other modalities they have; places in the list of missing items, ascending. */
function groupByModalities(missing: Int32Array, others: readonly FeatureMatrix[]) {
  const groups = new Map<string, { available: FeatureMatrix[]; places: number[] }>();
  missing.forEach((row, place) => {
    const available = others.filter((other) => !other.missing?.[row]);
    const key = others.map((other) => Number(available.includes(other))).join('');
    const group = groups.get(key) ?? { available, places: [] };
    group.places.push(place);
    groups.set(key, group);
  });
  return [...groups.values()];
}
