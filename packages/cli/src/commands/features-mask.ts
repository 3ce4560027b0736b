import { createRng } from '@mmrec/core';
import { maskFeatures } from '@mmrec/features';
import { itemGroups } from '@mmrec/train';
import { checkFolders, deriveFolder } from '../derive-folder.js';
import { featureRewriter } from '../feature-rewriter.js';
import { fraction, wholeNumber } from '../flags.js';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';

/** Flags of `mmrec features mask`. */
export interface MaskFlags {
  readonly data: string;
  readonly out: string;
  readonly share?: string;
  readonly modalities?: string;
  readonly seed?: string;
  readonly force?: boolean;
}

/**
 * `mmrec features mask`: a dataset folder in which a share of the items lacks some modalities, the same share of new,
 * cold and warm items.
 */
export async function maskFolder(flags: MaskFlags, { stdout }: Streams): Promise<void> {
  const share = fraction('--share', flags.share ?? '0.3', 1);
  const seed = wholeNumber('--seed', flags.seed ?? '1');
  const modalities = flags.modalities?.split(',').map((name) => name.trim());
  const folders = {
    ...{ from: flags.data, to: flags.out, force: flags.force ?? false },
    command: 'features mask',
  };
  checkFolders(folders);
  const { dataset, features } = await loadData(flags.data, { needsFeatures: true, modalities });
  const strata = Object.values(itemGroups(dataset.train));
  const rewriter = await featureRewriter(flags.data);
  const replaced = Object.keys(features).map(rewriter.fileOf);
  const masked = Object.entries(features).map(([name, matrix]) => {
    // The same source for all: an item that loses one of them loses all.
    const rng = createRng(seed).fork('mask');
    return [name, maskFeatures(matrix, rng, { share, strata })] as const;
  });
  await deriveFolder({ ...folders, replaced }, async (folder) => {
    for (const [name, matrix] of masked) await rewriter.write(folder, name, matrix);
    return { share, seed, modalities: Object.keys(features) };
  });
  for (const [name, { missing, rows }] of masked) {
    const count = missing!.reduce((sum, flag) => sum + flag, 0);
    stdout.write(`${flags.out}: ${count} of ${rows} items lack ${name} features\n`);
  }
}
