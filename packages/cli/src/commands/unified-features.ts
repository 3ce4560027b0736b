import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encoderSizes, pretrainFeatures, pretrainOptions } from '@mmrec/alignrec';
import { readContentItems } from '../read-content-items.js';
import type { Streams } from '../streams.js';
import { packageVersions } from '../versions.js';
import { pretrainProgress } from './features-pretrain.js';

/** The features belong to the dataset and not to a run: the same ones, whatever the run's seed is. */
const seed = 1;

/**
 * AlignRec's schedule: a dataset folder with images and texts and without unified features gets them, from an
 * encoder pre-trained on it (size tiny, defaults, seed 1); an interrupted pre-training goes on. Says what it does.
 *
 * @throws {Error} Whatever `pretrainFeatures` throws, and how to do without.
 */
export async function provideUnifiedFeatures(
  folder: string,
  { backend, stderr }: { readonly backend: string; readonly stderr: Streams['stderr'] },
): Promise<void> {
  const file = join(folder, 'unified_feat.npy');
  if (existsSync(file)) {
    stderr.write(`unified features: ${file}\n`);
    return;
  }
  const items = existsSync(join(folder, 'items.jsonl'))
    ? await readContentItems('train', folder)
    : [];
  const hasImages = items.some(({ imageFile }) => imageFile !== undefined && existsSync(imageFile));
  if (!hasImages || !items.some(({ text }) => text !== undefined && text.trim() !== '')) {
    stderr.write(
      `unified features: the modalities side by side (no ${file}, and no images and texts to make it from)\n`,
    );
    return;
  }
  stderr.write(
    `unified features: ${file} is not there; pre-training the encoder on ${items.length} items' images and texts (size tiny, seed ${seed})\n`,
  );
  try {
    await pretrainFeatures({
      ...{ items, folder, seed, options: encoderSizes.tiny, resume: true },
      notes: { backend, versions: packageVersions() },
      ...pretrainProgress(stderr, pretrainOptions.resolve('train', encoderSizes.tiny).epochs),
    });
  } catch (error) {
    throw new Error(
      `${(error as Error).message} This was AlignRec's pre-training: make the features with 'mmrec features pretrain --data ${folder}' and its flags, or train on the features that are there with --modalities.`,
      { cause: error },
    );
  }
}
