import { createRng } from '@mmrec/core';
import type { CatalogueContent } from './catalogue-content.js';
import { firstToken } from './prepare-content.js';

/** Kinds of items, which image and text both show. */
const kinds = 4;

/**
 * A catalogue for tests: images of 2 × 2 patches, texts of 3 to 5 tokens. Each item is of one of four kinds. All its
 * patches show the kind, so does the first token, and each modality has something of its own: the last token is one
 * of two, and a patch is light or dark.
 */
export function toyContent(numItems: number, seed = 1): CatalogueContent {
  const stream = createRng(seed).stream('toy');
  const [perItem, columns] = [4, 5];
  const patches = new Float32Array(numItems * perItem * columns);
  const visual = new Int32Array(numItems * perItem);
  const offsets = new Int32Array(numItems + 1);
  const tokens: number[] = [];
  for (let item = 0; item < numItems; item++) {
    const kind = stream.integer(kinds);
    for (let patch = item * perItem; patch < (item + 1) * perItem; patch++) {
      const light = stream.integer(2);
      patches[patch * columns + kind] = 1;
      patches[patch * columns + kinds] = 2 * light - 1;
      visual[patch] = 2 * kind + light;
    }
    const filler = Array.from({ length: 1 + stream.integer(3) }, () => firstToken + kinds + 2);
    tokens.push(firstToken + kind, ...filler, firstToken + kinds + stream.integer(2));
    offsets[item + 1] = tokens.length;
  }
  return {
    numItems,
    images: {
      ...{ gridSize: 2, columns, patches, tokens: visual, numTokens: 2 * kinds },
      missing: new Uint8Array(numItems),
    },
    texts: {
      ...{ offsets, tokens: Int32Array.from(tokens), maxTokens: 5 },
      numTokens: firstToken + kinds + 3,
    },
  };
}
