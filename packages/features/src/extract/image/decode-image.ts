import type sharp from 'sharp';
import { optionalPackage } from '../optional-package.js';

/** A decoded picture: rows of red, green and blue, a byte each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` */
  readonly data: Uint8Array;
}

/** Decodes a picture's file. */
export type DecodeImage = (bytes: Uint8Array) => Promise<Pixels>;

/**
 * A decoder of pictures: turned as their camera says, transparent parts on white, in sRGB, shrunk where a side is
 * longer than `most`.
 *
 * @throws {MissingPackageError} If the package `sharp`, which decodes, is not installed.
 */
export async function imageDecoder(
  most: number,
): Promise<{ readonly decode: DecodeImage; readonly software: string }> {
  const { default: load }: { default: typeof sharp } = await optionalPackage(
    () => import('sharp'),
    { what: 'decoding pictures', packages: 'sharp' },
  );
  return {
    software: `sharp ${load.versions.sharp}`,
    decode: async (bytes) => {
      const picture = load(bytes, { failOn: 'error' })
        .rotate()
        .resize(most, most, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#fff' })
        .toColourspace('srgb')
        .removeAlpha();
      const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
      if (info.channels !== 3) {
        throw new Error(`a picture must have 3 channels in sRGB, got ${info.channels}`);
      }
      return { width: info.width, height: info.height, data };
    },
  };
}
