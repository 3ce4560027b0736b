import type { Rng } from '@mmrec/core';
import { lengthOf, patchesOf, type CatalogueContent } from './catalogue-content.js';
import { maskPatches, maskTokens } from './mask-content.js';
import type { View } from './pack-views.js';

/** How much is masked. */
export interface MaskingOptions {
  /** Share of an image's patches. */
  readonly imageMask: number;
  /** Share of a text's tokens where the image is shown. */
  readonly pairedTextMask: number;
  /** Share of a text's tokens where it is alone. */
  readonly aloneTextMask: number;
  /** Share of the views that show one modality alone. */
  readonly alone: number;
}

/**
 * Two views of each item to learn from: one with patches masked, one with tokens masked, each with the other
 * modality whole, or, in a share of the views, hidden. An item that lacks a modality has the view of the other
 * alone.
 */
export function drawViews(
  content: CatalogueContent,
  items: ArrayLike<number>,
  { rng, masking }: { readonly rng: Rng; readonly masking: MaskingOptions },
): View[] {
  const { images, texts } = content;
  const numPatches = patchesOf(images);
  const stream = rng.stream('masks');
  return Array.from(items).flatMap((item) => {
    const [hasImage, length] = [images.missing[item] === 0, lengthOf(texts, item)];
    const views: View[] = [];
    if (hasImage) {
      const hideText = stream.uniform() < masking.alone;
      const count = atLeastOne(masking.imageMask * numPatches);
      const maskedPatches = maskPatches(images.gridSize, count, stream);
      views.push({ item, maskedPatches, hideText });
    }
    if (length > 0) {
      const hideImage = stream.uniform() < masking.alone;
      const share = hideImage || !hasImage ? masking.aloneTextMask : masking.pairedTextMask;
      const maskedTokens = maskTokens(length, atLeastOne(share * length), stream);
      views.push({ item, maskedTokens, hideImage });
    }
    return views;
  });
}

const atLeastOne = (count: number) => Math.max(1, Math.round(count));
