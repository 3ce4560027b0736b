import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPickledSplits } from './read-pickled-splits.js';
import { temporaryFolder } from './temporary-folder.js';

const fixtures = new URL('../fixtures/pickles/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
const matrices = readdirSync(fileURLToPath(fixtures)).filter((file) => file.startsWith('matrix-'));
const coo = fixture('matrix-coo-protocol-4.pkl');

/** Reads one pickle as the training split, with known ones beside it. */
const readTrain = (train: Uint8Array) =>
  readPickledSplits(temporaryFolder({ 'trnMat.pkl': train, 'valMat.pkl': coo, 'tstMat.pkl': coo }));

const refuse = async (name: string, message: string) =>
  expect(readTrain(fixture(`${name}.pkl`))).rejects.toThrow(
    new RangeError(`readPickledSplits: trnMat.pkl: ${message}`),
  );

it('has matrices of every kind to read', () => {
  expect(matrices.length).toBeGreaterThanOrEqual(25);
});

it.each(matrices.filter((file) => file !== 'matrix-empty.pkl'))('reads %s', async (file) => {
  const { train } = await readTrain(fixture(file));
  expect(train).toEqual({
    numUsers: 3,
    numItems: 5,
    users: Int32Array.of(0, 0, 2, 2),
    items: Int32Array.of(1, 4, 0, 3),
  });
});

it('reads an empty split', async () => {
  const dataset = await readPickledSplits(
    temporaryFolder({
      'train_mat.pkl': coo,
      'val_mat.pkl': fixture('matrix-empty.pkl'),
      'test_mat.pkl': coo,
    }),
  );
  expect(dataset.validation.users).toHaveLength(0);
  expect(dataset.test.users).toHaveLength(4);
});

it.each([
  ['DiffMM', ['trnMat.pkl', 'valMat.pkl', 'tstMat.pkl']],
  ['MMSSL', ['train_mat', 'val_mat', 'test_mat']],
])('finds the files of %s', async (_, names) => {
  const files = Object.fromEntries(names.map((name) => [name, coo]));
  const dataset = await readPickledSplits(temporaryFolder(files));
  expect(dataset.source.map((file) => file.split(/[/\\]/).at(-1))).toEqual(names);
});

describe('refuses', () => {
  const asks = "may ask for SciPy's coo and csr matrices only, got";
  it('a command, naming it', async () => {
    await refuse('refused-command', `${asks} 'posix.system' (nothing was executed).`);
    await refuse('refused-command-protocol-2', `${asks} 'posix.system' (nothing was executed).`);
    await refuse('refused-object-values', `${asks} 'posix.system' (nothing was executed).`);
  });

  it('other matrices and values', async () => {
    await refuse('refused-csc', `${asks} 'scipy.sparse._csc.csc_matrix' (nothing was executed).`);
    await refuse('refused-dense', 'must hold a SciPy coo or csr matrix, got an array.');
    await refuse('refused-dictionary', 'must hold a SciPy coo or csr matrix, got a dictionary.');
  });

  it('entries outside the shape', async () => {
    const rule = 'must have entries within its shape 3 × 5';
    await refuse('refused-index-outside', `${rule}, got row 2, column 5.`);
    await refuse('refused-index-negative', `${rule}, got row -1, column 4.`);
  });

  it('a name from another module, and names that every object has', async () => {
    const global = (module: string, name: string) =>
      new Uint8Array(Buffer.from(`\x80\x02c${module}\n${name}\n.`, 'latin1'));
    for (const [module, name] of [
      ['os', 'coo_matrix'],
      ['numpy', 'load'],
      ['builtins', 'eval'],
      ['builtins', 'constructor'],
      ['numpy', '__proto__'],
    ] as const) {
      await expect(readTrain(global(module, name)), name).rejects.toThrow(
        new RangeError(
          `readPickledSplits: trnMat.pkl: ${asks} '${module}.${name}' (nothing was executed).`,
        ),
      );
    }
  });

  it('an empty file, an old protocol, and what is no pickle', async () => {
    const start = 'readPickledSplits: trnMat.pkl: must';
    await expect(readTrain(new Uint8Array())).rejects.toThrow(
      new RangeError(`${start} hold a pickle, got an empty file.`),
    );
    await expect(readTrain(Buffer.from('(lp0\n.'))).rejects.toThrow(
      new RangeError(`${start} be a pickle of protocol 2 to 5, got something else.`),
    );
    await expect(readTrain(Uint8Array.of(0x80, 9, 0x2e))).rejects.toThrow(
      new RangeError(`${start} be a pickle of protocol 2 to 5, got protocol 9.`),
    );
    await expect(readTrain(Uint8Array.of(0x80, 2, 0x51))).rejects.toThrow(
      new RangeError(`${start} hold plain SciPy matrices, got operation 81 at byte 2.`),
    );
  });

  it('splits of differing shapes', async () => {
    const wide = Uint8Array.from(coo);
    const at = Buffer.from(wide).indexOf(Uint8Array.of(0x4b, 3, 0x4b, 5));
    wide[at + 3] = 6;
    const files = { 'trnMat.pkl': coo, 'valMat.pkl': wide, 'tstMat.pkl': coo };
    await expect(readPickledSplits(temporaryFolder(files))).rejects.toThrow(
      new RangeError(
        "readPickledSplits: valMat.pkl: must have the training matrix's shape 3 × 5, got 3 × 6.",
      ),
    );
  });

  it('a missing file', async () => {
    const folder = temporaryFolder({ 'trnMat.pkl': coo });
    await expect(readPickledSplits(folder)).rejects.toThrow(
      /^readPickledSplits: .*valMat\.pkl: no such file or folder\.$/,
    );
  });
});
