import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Sizes in bytes: of each package by its name, and of single imports as an application bundles them.
 *
 * @typedef {object} Sizes
 * @property {Record<string, { packed: number, code: number }>} packages - `packed`: the tarball. `code`: the package's
 *   own code, minified and gzipped.
 * @property {Record<string, number>} imports - By `package#export`: with its dependencies but without TensorFlow.js.
 */

const file = new URL('size-budgets.json', import.meta.url);

/** @returns {Sizes} The largest sizes that are accepted. */
export function readBudgets() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Writes what was measured, with some headroom, as the budgets. @param {Sizes} sizes */
export function writeBudgets(sizes) {
  writeFileSync(file, `${JSON.stringify(budgetsFor(sizes), null, 2)}\n`);
}

/**
 * A tenth more than was measured, in whole hundreds of bytes.
 *
 * @param {Sizes} sizes
 * @returns {Sizes}
 */
export function budgetsFor({ packages, imports }) {
  const budget = (bytes) => Math.ceil((bytes * 1.1) / 100) * 100;
  const each = (record, change) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
  return {
    packages: each(packages, ({ packed, code }) => ({
      packed: budget(packed),
      code: budget(code),
    })),
    imports: each(imports, budget),
  };
}

/**
 * One line for each size over its budget, and for each that has none.
 *
 * @param {Sizes} sizes
 * @param {Sizes} budgets
 * @returns {string[]}
 */
export function checkSizes(sizes, budgets) {
  const packages = Object.entries(sizes.packages).flatMap(([name, measured]) =>
    Object.entries(measured).map(([what, size]) => [
      `${name}: ${what}`,
      size,
      budgets.packages[name]?.[what],
    ]),
  );
  const imports = Object.entries(sizes.imports).map(([name, size]) => [
    `${name}: bundled`,
    size,
    budgets.imports[name],
  ]);
  return [...packages, ...imports].flatMap(([what, size, budget]) => {
    if (budget === undefined) return [`${what} size has no budget; it is ${kilobytes(size)} kB`];
    if (size <= budget) return [];
    return [`${what} size must be at most ${kilobytes(budget)} kB, got ${kilobytes(size)} kB`];
  });
}

/** Bytes as thousands with one decimal. */
export function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
