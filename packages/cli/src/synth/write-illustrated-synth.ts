import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNpy } from '@mmrec/features';
import type sharp from 'sharp';
import type { Illustration } from './illustrate-items.js';
import { pictureSize } from './draw-picture.js';
import { listPixels, weighWords } from './raw-features.js';

/** Pixels of a side of the thumbnails whose pixels are the visual features. */
const thumbnailSize = 8;
/** Pictures drawn at a time. */
const atOnce = 32;

/**
 * Writes pictures (`images/<id>.png`), and raw features of pictures and texts, into a dataset folder: thumbnails'
 * pixels as `image_feat.npy`, word counts as `text_feat.npy`.
 *
 * @returns Columns of the features by modality.
 */
export async function writeIllustrations(
  folder: string,
  illustrations: readonly Illustration[],
): Promise<{ visual: number; textual: number }> {
  const { default: render } = await loadSharp();
  await mkdir(join(folder, 'images'), { recursive: true });
  const raw = { width: pictureSize, height: pictureSize, channels: 3 } as const;
  const draw = async ({ item, svg }: Illustration): Promise<Uint8Array> => {
    const pixels = await render(Buffer.from(svg)).removeAlpha().raw().toBuffer();
    await writeFile(join(folder, item.image), await render(pixels, { raw }).png().toBuffer());
    return render(pixels, { raw }).resize(thumbnailSize, thumbnailSize).raw().toBuffer();
  };
  const thumbnails: Uint8Array[] = [];
  for (let at = 0; at < illustrations.length; at += atOnce) {
    thumbnails.push(...(await Promise.all(illustrations.slice(at, at + atOnce).map(draw))));
  }
  const visual = listPixels(thumbnails);
  const textual = weighWords(illustrations.map(({ item }) => `${item.title}. ${item.description}`));
  await writeNpy(join(folder, 'image_feat.npy'), visual);
  await writeNpy(join(folder, 'text_feat.npy'), textual);
  return { visual: visual.columns, textual: textual.columns };
}

async function loadSharp(): Promise<{ default: typeof sharp }> {
  try {
    return await import('sharp');
  } catch (error) {
    throw new Error(
      'data synth: --images draws with the package sharp, which is not installed: npm install sharp.',
      { cause: error },
    );
  }
}
