import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeInter } from '@mmrec/data';
import { writeNpy } from '@mmrec/features';
import { writeIllustrations } from './write-illustrated-synth.js';
import { synthesize, synthVersion, type SynthesizeOptions } from './synthesize.js';

export interface WriteSynthOptions extends SynthesizeOptions {
  /** Name of the dataset and of its `.inter` file. By default the folder's name. */
  readonly name?: string;
  /** Draw pictures, with texts that tell in part what they show; needs the package `sharp`. */
  readonly images?: boolean;
}

/** What a synthetic dataset folder says of itself, in `manifest.json`. */
export interface SynthManifest {
  readonly name: string;
  readonly synthetic: true;
  readonly description: string;
  readonly generator: { readonly name: string; readonly version: number };
  readonly seed: number;
  readonly protocol: 'mmrec';
  readonly counts: Readonly<Record<'users' | 'items' | 'train' | 'validation' | 'test', number>>;
  /** Columns of the features by modality. */
  readonly features: Readonly<Record<'visual' | 'textual', number>>;
}

/**
 * Writes a synthetic shop as a dataset folder: `<name>.inter`, `image_feat.npy`, `text_feat.npy`,
 * `items.jsonl` and `manifest.json`, which is written last and says that the data is synthetic. The
 * same options give the same bytes. Files of these names are replaced. With `images` the same people buy the same
 * items, which have pictures (`images/<id>.png`) and other texts; the features are then those pictures' pixels and
 * those texts' words.
 *
 * @param folder - Made if it does not exist.
 * @returns The manifest.
 * @throws {RangeError} See {@link synthesize}.
 * @example
 * ```ts
 * const manifest = await writeSynth('shop', { seed: 1, numUsers: 20, numItems: 30 });
 * manifest.counts.users // => 20
 * manifest.synthetic // => true
 * ```
 */
export async function writeSynth(
  folder: string,
  { name = basename(resolve(folder)), images = false, ...options }: WriteSynthOptions,
): Promise<SynthManifest> {
  const shop = synthesize(options);
  const { splits, features } = shop;
  await mkdir(folder, { recursive: true });
  const illustrations = images ? shop.illustrate() : undefined;
  const columns = illustrations
    ? await writeIllustrations(folder, illustrations)
    : { visual: features.visual.columns, textual: features.textual.columns };
  const items = illustrations?.map(({ item }) => item) ?? shop.items;
  const manifest: SynthManifest = {
    name,
    synthetic: true,
    description: 'A made-up homeware catalogue and made-up shoppers; no real data.',
    generator: { name: 'mmrec data synth', version: synthVersion },
    seed: options.seed,
    protocol: 'mmrec',
    counts: {
      users: splits.train.numUsers,
      items: items.length,
      train: splits.train.items.length,
      validation: splits.validation.items.length,
      test: splits.test.items.length,
    },
    features: columns,
  };
  await writeInter(join(folder, `${name}.inter`), splits);
  if (!illustrations) {
    await writeNpy(join(folder, 'image_feat.npy'), features.visual);
    await writeNpy(join(folder, 'text_feat.npy'), features.textual);
  }
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  await writeFile(join(folder, 'items.jsonl'), lines);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
