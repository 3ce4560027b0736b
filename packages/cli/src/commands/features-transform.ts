import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRng } from '@mmrec/core';
import {
  fitPca,
  fitScaling,
  openFeatureTable,
  scalings,
  writeFeatureTable,
  type FeatureTable,
  type FeatureTransform,
} from '@mmrec/features';
import { atLeastOne, choice, wholeNumber } from '../flags.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags that `mmrec features convert` and `reduce` share. */
export interface ConvertFlags {
  readonly name?: string;
  readonly scale?: string;
  readonly float16?: boolean;
  readonly force?: boolean;
}

/** Flags of `mmrec features reduce`. */
export interface ReduceFlags extends ConvertFlags {
  readonly components?: string;
  readonly whiten?: boolean;
  readonly iterations?: string;
  readonly seed?: string;
}

interface Change {
  readonly transform: FeatureTransform | undefined;
  /** What to say of it. */
  readonly note: string;
}

/** Files from which and to which a command goes. */
export interface Files {
  readonly from: string;
  readonly to: string;
}

/** `mmrec features convert <from> <to>`: another format, precision or scale. */
export async function convert(
  files: Files,
  flags: ConvertFlags,
  { stdout }: Streams,
): Promise<void> {
  const scaling = flags.scale === undefined ? undefined : choice('--scale', flags.scale, scalings);
  const change = async (table: FeatureTable): Promise<Change> => ({
    transform: scaling && (await fitScaling(table, scaling)),
    note: scaling ? `, scaled: ${scaling}` : '',
  });
  stdout.write(await rewrite('features convert', files, { ...flags, change }));
}

/** `mmrec features reduce <from> <to>`: principal components, whitened if asked for. */
export async function reduce(files: Files, flags: ReduceFlags, { stdout }: Streams): Promise<void> {
  const components = atLeastOne('--components', flags.components ?? '64');
  const iterations = wholeNumber('--iterations', flags.iterations ?? '4');
  const rng = createRng(wholeNumber('--seed', flags.seed ?? '1'));
  const change = async (table: FeatureTable): Promise<Change> => {
    if (components > table.columns) {
      throw new UsageError(
        `--components must be at most the ${table.columns} columns of ${files.from}, got ${components}.`,
      );
    }
    const pca = await fitPca(table, { components, iterations, whiten: flags.whiten ?? false }, rng);
    const kept = pca.variances.reduce((sum, variance) => sum + variance, 0) / pca.totalVariance;
    const note = `, ${(100 * kept).toFixed(1)} % of the variance${flags.whiten ? ', whitened' : ''}`;
    return { transform: pca, note };
  };
  stdout.write(await rewrite('features reduce', files, { ...flags, change }));
}

/** Reads a table, changes it block by block, and writes it; what to print of it. */
async function rewrite(
  where: string,
  { from, to }: Files,
  {
    name,
    float16,
    force,
    change,
  }: ConvertFlags & { readonly change: (table: FeatureTable) => Promise<Change> },
): Promise<string> {
  if (existsSync(to) && !force && resolve(from) !== resolve(to)) {
    throw new Error(
      `${where}: ${to} is there already. Choose another name, or replace it with --force.`,
    );
  }
  if (resolve(from) === resolve(to) && !force) {
    throw new Error(
      `${where}: ${from} would be replaced by what is made of it. Choose another name, or say --force.`,
    );
  }
  const table = await openFeatureTable(from, { name });
  try {
    const { transform, note } = await change(table);
    const columns = transform?.columns ?? table.columns;
    const storage = float16 ? 'float16' : 'float32';
    const blocks = changedBlocks(table, transform);
    await writeFeatureTable(to, { rows: table.rows, columns, storage, blocks });
    return `${to}: ${table.rows} × ${columns}, ${storage}${note} (from ${table.rows} × ${table.columns}, ${table.dtype})\n`;
  } finally {
    await table.close();
  }
}

async function* changedBlocks(table: FeatureTable, transform: FeatureTransform | undefined) {
  for await (const { data } of table.blocks()) yield transform ? transform.apply(data) : data;
}
