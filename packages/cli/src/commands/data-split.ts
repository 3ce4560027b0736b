import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createRng } from '@mmrec/core';
import { holdOutItems, writeInter } from '@mmrec/data';
import { checkFolders, deriveFolder } from '../derive-folder.js';
import { shareBetween, wholeNumber } from '../flags.js';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';

/** Flags of `mmrec data split`. */
export interface SplitFlags {
  readonly data: string;
  readonly out: string;
  readonly coldItems?: string;
  readonly seed?: string;
  readonly force?: boolean;
}

/** `mmrec data split --cold-items`: a dataset folder in which a share of the items is new. */
export async function splitData(flags: SplitFlags, { stdout }: Streams): Promise<void> {
  const share = shareBetween('--cold-items', flags.coldItems ?? '0.2');
  const seed = wholeNumber('--seed', flags.seed ?? '1');
  const folders = {
    ...{ from: flags.data, to: flags.out, force: flags.force ?? false },
    command: 'data split',
  };
  checkFolders(folders);
  const { dataset } = await loadData(flags.data, { needsFeatures: false });
  const split = holdOutItems(dataset, { share, rng: createRng(seed).fork('cold-items') });
  const files = await readdir(flags.data);
  const replaced = files.filter((file) => file.endsWith('.inter') || dataset.source.includes(file));
  await deriveFolder({ ...folders, replaced }, async (folder) => {
    await writeInter(join(folder, `${basename(resolve(folder))}.inter`), split);
    return { share, seed, coldItems: [...split.coldItems] };
  });
  const counts = [split.train, split.validation, split.test].map(({ items }) => items.length);
  stdout.write(
    `${flags.out}: ${split.coldItems.length} of ${dataset.train.numItems} items are new, ${counts.join(' / ')} interactions\n`,
  );
}
