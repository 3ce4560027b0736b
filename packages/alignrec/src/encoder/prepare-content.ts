import type { Rng } from '@mmrec/core';
import { maskToken, type CatalogueContent } from './catalogue-content.js';
import type { CatalogueTokenizer } from './catalogue-tokenizer.js';
import { learnCodebook, nearestEntries, type Points } from './learn-codebook.js';
import type { ItemPatches } from './read-item-images.js';

/** Both vocabularies: what the encoder predicts. */
export interface ContentVocabularies {
  /** Visual tokens: an entry a row. */
  readonly codebook: Points;
  /** The tokenizer's tokens that the encoder knows, in the order of its own numbers from {@link firstToken} on. */
  readonly tokens: Int32Array;
}

/** The encoder's number of a token that it doesn't know, and of the first that it does. */
const unknownToken = maskToken + 1;
export const firstToken = unknownToken + 1;

/** Patches that the codebook is learned from, where there are as many: these, or some for each entry. */
const codebookSample = 8000;
const patchesAnEntry = 8;

/** Images and texts as they were read. */
export interface RawContent {
  readonly images: ItemPatches;
  /** Tokens of each item's text, as the tokenizer numbers them, `[items]`; none: no text. */
  readonly texts: readonly Int32Array[];
}

/** Tokens of texts, cut to a length; an item without text has none. */
export function tokenizeTexts(
  texts: readonly (string | undefined)[],
  tokenizer: CatalogueTokenizer,
  maxTokens: number,
): Int32Array[] {
  return texts.map((text) =>
    text === undefined
      ? new Int32Array(0)
      : Int32Array.from(tokenizer.encode(text).slice(0, maxTokens)),
  );
}

/**
 * Makes both vocabularies from some items: a codebook of their patches, and the tokens that occur in their texts.
 *
 * @param items - Those that the encoder learns from.
 */
export function learnVocabularies(
  { images, texts }: RawContent,
  items: Int32Array,
  { codebookSize, rng }: { readonly codebookSize: number; readonly rng: Rng },
): ContentVocabularies {
  const perItem = images.gridSize * images.gridSize;
  const withImage = items.filter((item) => images.missing[item] === 0);
  const all = Array.from(withImage).flatMap((item) =>
    Array.from({ length: perItem }, (_, patch) => item * perItem + patch),
  );
  const sample = rng
    .stream('sample')
    .shuffle(all)
    .slice(0, Math.max(codebookSample, patchesAnEntry * codebookSize));
  const data = new Float32Array(sample.length * images.columns);
  sample.forEach((patch, at) => {
    const start = patch * images.columns;
    data.set(images.patches.subarray(start, start + images.columns), at * images.columns);
  });
  const codebook = learnCodebook({ columns: images.columns, data }, codebookSize, rng);
  const seen = new Set(Array.from(items).flatMap((item) => [...texts[item]!]));
  return { codebook, tokens: Int32Array.from(seen).sort() };
}

/** Content in the numbers of both vocabularies. */
export function prepareContent(
  { images, texts }: RawContent,
  { codebook, tokens }: ContentVocabularies,
  maxTokens: number,
): CatalogueContent {
  const { gridSize, columns, patches, missing } = images;
  const numberOf = new Map(Array.from(tokens, (token, at) => [token, firstToken + at]));
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, item) => {
    offsets[item + 1] = offsets[item]! + text.length;
  });
  const numbers = texts.flatMap((text) =>
    Array.from(text, (token) => numberOf.get(token) ?? unknownToken),
  );
  return {
    numItems: texts.length,
    images: {
      ...{ gridSize, columns, patches, missing },
      tokens: nearestEntries({ columns, data: patches }, codebook).nearest,
      numTokens: codebook.data.length / columns,
    },
    texts: {
      ...{ offsets, tokens: Int32Array.from(numbers), maxTokens },
      numTokens: firstToken + tokens.length,
    },
  };
}
