import type { RandomStream, Rng } from '@mmrec/core';
import type { ItemFactors } from './item-factors.js';
import { categories, lines, styles, topics } from './word-lists.js';

/** An item as a shopper reads it; a line of `items.jsonl`. */
export interface CatalogueItem {
  /** Position in the feature matrices and item number in the interactions. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly category: string;
}

/**
 * Names and describes the items. Titles are unique: where one is taken, a product line's name tells
 * the items apart, and after those a number.
 */
export function describeItems(factors: ItemFactors, rng: Rng): CatalogueItem[] {
  const taken = new Set<string>();
  const stream = rng.stream('words');
  const pick = (words: readonly string[]) => words[stream.integer(words.length)]!;
  return Array.from({ length: factors.numItems }, (_, id) => {
    const category = categories[factors.categories[id]!]!;
    const style = styles[factors.styles[id]!]!;
    const topic = topics[factors.topics[id]!]!;
    const noun = pick(category.nouns);
    const material = pick(category.materials);
    const product = `${pick(topic.words)} ${material} ${noun}`;
    const title = untakenTitle(taken, { product, style: style.name, stream });
    const description =
      `${noun} in ${material.toLowerCase()} with ${style.phrase}. ` + `Made for ${topic.phrase}.`;
    return { id, title, description, category: category.name };
  });
}

function untakenTitle(
  taken: Set<string>,
  { product, style, stream }: { product: string; style: string; stream: RandomStream },
): string {
  const first = stream.integer(lines.length);
  let title = `${product}, ${style}`;
  for (let attempt = 0; taken.has(title); attempt++) {
    const line = lines[(first + attempt) % lines.length]!;
    const edition = Math.floor(attempt / lines.length);
    title = `${product} “${line}”${edition > 0 ? ` ${edition + 1}` : ''}, ${style}`;
  }
  taken.add(title);
  return title;
}
