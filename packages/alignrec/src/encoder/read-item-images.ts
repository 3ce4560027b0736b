import type sharp from 'sharp';

/** An image that can't be used. */
export interface ImageProblem {
  readonly item: number;
  readonly file: string;
  readonly reason: string;
}

/** Squares of patches, of all items. */
export interface ItemPatches {
  readonly gridSize: number;
  /** Numbers a patch: red, green and blue of `patchSize²` pixels. */
  readonly columns: number;
  /** From −1 to 1, zeros where missing, `[items · gridSize², columns]`. */
  readonly patches: Float32Array;
  /** `[items]` */
  readonly missing: Uint8Array;
  /** Files that are there and can't be decoded; their items count as missing. */
  readonly problems: readonly ImageProblem[];
}

/** Images decoded at a time. */
const atOnce = 32;

/**
 * Decodes images and cuts them into patches: scaled so that the shorter side fits, cropped to the middle square,
 * transparent parts on white.
 *
 * @param files - One an item; undefined for an item without an image.
 * @throws {Error} If the package `sharp`, which decodes, is not installed.
 */
export async function readItemImages(
  files: readonly (string | undefined)[],
  { gridSize, patchSize }: { readonly gridSize: number; readonly patchSize: number },
): Promise<ItemPatches> {
  const decode = await loadSharp();
  const [size, columns] = [gridSize * patchSize, 3 * patchSize * patchSize];
  const patches = new Float32Array(files.length * gridSize * gridSize * columns);
  const missing = new Uint8Array(files.length);
  const problems: ImageProblem[] = [];
  const read = async (file: string | undefined, item: number): Promise<void> => {
    if (file === undefined) {
      missing[item] = 1;
      return;
    }
    try {
      const image = decode(file, { failOn: 'error' }).resize(size, size, { fit: 'cover' });
      const flat = image.flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha();
      const pixels = await flat.raw().toBuffer();
      const target = patches.subarray(item * gridSize * gridSize * columns);
      cutPatches(pixels, target, { gridSize, patchSize });
    } catch (error) {
      missing[item] = 1;
      problems.push({ item, file, reason: (error as Error).message });
    }
  };
  for (let start = 0; start < files.length; start += atOnce) {
    const some = files.slice(start, start + atOnce);
    await Promise.all(some.map((file, at) => read(file, start + at)));
  }
  problems.sort((a, b) => a.item - b.item);
  return { gridSize, columns, patches, missing, problems };
}

/** Writes an image's pixels (rows of red, green and blue) patch by patch. */
function cutPatches(
  pixels: Uint8Array,
  target: Float32Array,
  { gridSize, patchSize }: { readonly gridSize: number; readonly patchSize: number },
): void {
  const size = gridSize * patchSize;
  let at = 0;
  for (let patch = 0; patch < gridSize * gridSize; patch++) {
    const top = Math.floor(patch / gridSize) * patchSize;
    const left = (patch % gridSize) * patchSize;
    for (let row = top; row < top + patchSize; row++) {
      const start = 3 * (row * size + left);
      for (let value = start; value < start + 3 * patchSize; value++) {
        target[at++] = pixels[value]! / 127.5 - 1;
      }
    }
  }
}

async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new Error(
      'readItemImages: images are decoded by the package sharp, which is not installed: npm install sharp.',
      { cause: error },
    );
  }
}
