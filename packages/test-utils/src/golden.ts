import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tensor of a golden case, row-major. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/**
 * The golden cases of a model: every `.json` in `$MMREC_GOLDEN_DIR/<model>` when that variable is
 * set, else in the package's own `fixtures/golden`.
 *
 * @param model - Folder name below `MMREC_GOLDEN_DIR`.
 * @param ownFolder - The package's own copy.
 * @throws {Error} If the folder holds no case.
 */
export function goldenCases<Case>(model: string, ownFolder: URL): { name: string; data: Case }[] {
  const root = process.env['MMREC_GOLDEN_DIR'];
  const folder = root ? join(root, model) : fileURLToPath(ownFolder);
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((f) => f.endsWith('.json'))
        .sort()
    : [];
  if (files.length === 0) throw new Error(`goldenCases: no .json case in ${folder}.`);
  return files.map((file) => ({
    name: `golden ${model}/${basename(file, '.json')}`,
    data: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case,
  }));
}

/** A value in the golden cases' sense of nearness: `‖actual − expected‖ ≤ relative · ‖expected‖ + absolute`. */
export function expectNear(
  actual: ArrayLike<number>,
  expected: GoldenTensor,
  { relative, absolute = 0, what }: { relative: number; absolute?: number; what: string },
): void {
  if (actual.length !== expected.data.length) {
    throw new Error(`${what}: ${expected.data.length} numbers expected, got ${actual.length}.`);
  }
  let difference = 0;
  let size = 0;
  expected.data.forEach((value, at) => {
    difference += (actual[at]! - value) ** 2;
    size += value ** 2;
  });
  const [distance, bound] = [Math.sqrt(difference), relative * Math.sqrt(size) + absolute];
  // Written so that NaN fails.
  if (!(distance <= bound)) {
    throw new Error(
      `${what}: the distance to the expected numbers must be ≤ ${bound}, got ${distance}.`,
    );
  }
}

/** Transpose of a `[rows, columns]` tensor: the cases' linear weights are `[out, in]`, ours `[in, out]`. */
export function transposed({ shape, data }: GoldenTensor): GoldenTensor {
  const [rows, columns] = shape as [number, number];
  return {
    shape: [columns, rows],
    data: Array.from(
      { length: data.length },
      (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!,
    ),
  };
}
