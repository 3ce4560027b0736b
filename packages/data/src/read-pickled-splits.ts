import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Dataset } from './dataset.js';
import { fileError } from './file-error.js';
import type { CountOptions } from './index-count.js';
import { createLabelledPairs } from './labelled-pairs.js';
import { pickledMatrix, type PickledMatrix } from './pickled-matrix.js';

/** File names of the two conventions, each in the order of the labels 0, 1, 2. */
export const pickledSplitFiles: readonly (readonly string[])[] = [
  ['trnMat.pkl', 'valMat.pkl', 'tstMat.pkl'],
  ['train_mat.pkl', 'val_mat.pkl', 'test_mat.pkl'],
  ['train_mat', 'val_mat', 'test_mat'],
];

/**
 * Reads the splits of DiffMM (`trnMat.pkl`, `valMat.pkl`, `tstMat.pkl`) or MMSSL (`train_mat`,
 * `val_mat`, `test_mat`, with or without `.pkl`): pickled SciPy coo or csr matrices, users by
 * items, where every stored value but 0 is an interaction.
 *
 * Nothing in a pickle is executed. What it asks for is compared with a short list of names (the
 * matrices, NumPy's arrays and number types, of any version, in protocols 2 to 5); anything else
 * is refused by name.
 *
 * @throws {RangeError} For a pickle that holds or asks for anything else, is truncated, or whose
 * shape differs from that of the training matrix; naming the file.
 * @throws {Error} If a file is missing or can't be read.
 */
export async function readPickledSplits(
  folder: string,
  options: CountOptions = {},
): Promise<Dataset> {
  const names =
    pickledSplitFiles.find(([train]) => existsSync(join(folder, train!))) ?? pickledSplitFiles[0]!;
  const source = names.map((name) => join(folder, name));
  const pairs = createLabelledPairs();
  let shape: PickledMatrix | undefined;
  let rows = 0;
  for (const [label, file] of source.entries()) {
    const what = `readPickledSplits: ${basename(file)}`;
    const matrix = pickledMatrix(what, await readBytes(file));
    shape ??= matrix;
    checkShapes(what, matrix, shape);
    matrix.forEach((user, item) => {
      pairs.add(user, item, label);
      rows++;
    });
  }
  const name = basename(resolve(folder));
  const what = `readPickledSplits: ${name}`;
  if (rows === 0) {
    throw new RangeError(`${what}: ${names.join(', ')} must hold interactions, got none.`);
  }
  const counts = {
    numUsers: options.numUsers ?? shape!.rows,
    numItems: options.numItems ?? shape!.columns,
  };
  return pairs.finish({ what, name, source, counts });
}

async function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: unknown) => {
    throw fileError('readPickledSplits', file, error);
  });
}

function checkShapes(what: string, matrix: PickledMatrix, first: PickledMatrix): void {
  if (matrix.rows === first.rows && matrix.columns === first.columns) return;
  const expected = `${first.rows} × ${first.columns}`;
  throw new RangeError(
    `${what}: must have the training matrix's shape ${expected}, got ${matrix.rows} × ${matrix.columns}.`,
  );
}
