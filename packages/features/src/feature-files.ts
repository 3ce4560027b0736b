import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { featureFormats } from './files/open-feature-table.js';
import { orExplain } from './or-explain.js';

/** A feature file of a dataset folder. */
export interface FeatureFile {
  /** Name of the modality, such as `visual`. */
  readonly modality: string;
  /** Name of the file in its folder. */
  readonly file: string;
  readonly path: string;
}

/** Names of feature files, without their endings, of the modalities that have several; in the modalities' order. */
export const modalityFileNames: Readonly<Record<string, readonly string[]>> = {
  visual: ['image_feat', 'image', 'v_feat'],
  textual: ['text_feat', 'text', 't_feat'],
  acoustic: ['audio_feat', 'audio', 'a_feat'],
};

const orderedModalities = Object.keys(modalityFileNames);

/**
 * The feature files of a folder, in the order of their modalities: visual, textual, acoustic, then
 * by name.
 *
 * @param where - Name of the public function, for messages.
 * @throws {Error} If the folder doesn't exist.
 */
export async function featureFiles(where: string, folder: string): Promise<FeatureFile[]> {
  const names = await orExplain(readdir(folder), `${where}: ${folder}`);
  return names
    .sort()
    .flatMap((file) => {
      const modality = modalityOf(file);
      return modality === undefined ? [] : [{ modality, file, path: join(folder, file) }];
    })
    .sort((a, b) => place(a) - place(b) || compare(a.modality, b.modality));
}

function modalityOf(file: string): string | undefined {
  const { name: stem, ext: format } = parse(file);
  if (!featureFormats.some((known) => known === format)) return undefined;
  for (const [modality, stems] of Object.entries(modalityFileNames)) {
    if (stems.includes(stem)) return modality;
  }
  return /^(.+)_feat$/.exec(stem)?.[1];
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function place({ modality }: FeatureFile): number {
  const at = orderedModalities.indexOf(modality);
  return at < 0 ? orderedModalities.length : at;
}
