import type { RandomStream, Rng } from '@mmrec/core';
import type { CatalogueItem } from './describe-items.js';
import { colors, drawPicture } from './draw-picture.js';
import type { ItemFactors } from './item-factors.js';
import { categories, styles, topics } from './word-lists.js';

/** An item with a picture; a line of `items.jsonl`. */
export interface IllustratedItem extends CatalogueItem {
  /** The picture's file, relative to the dataset folder. */
  readonly image: string;
}

/** An item and the SVG source of its picture. */
export interface Illustration {
  readonly item: IllustratedItem;
  readonly svg: string;
}

/** Shares of the texts that tell what the picture shows as well. */
const mentions = { color: 0.7, style: 0.35 };

const openings = ['Made for', 'Designed for', 'A good choice for', 'At home with'];

/**
 * Pictures and texts of the items, each of which tells something of its own.
 *
 * The picture shows the category (the object's outline), a colour and the style (the ground). The text tells the
 * category by its noun, the colour and the style in some of the items only, and besides them the material and the
 * topic, which can't be seen.
 */
export function illustrateItems(factors: ItemFactors, rng: Rng): Illustration[] {
  return Array.from({ length: factors.numItems }, (_, id) => {
    const stream = rng.stream(`item/${id}`);
    const color = stream.integer(colors.length);
    const [shape, style] = [factors.categories[id]!, factors.styles[id]!];
    const text = describe({ shape, style, color, topic: factors.topics[id]! }, stream);
    const svg = drawPicture({ shape, style, color }, stream);
    const category = categories[shape]!.name;
    return { item: { id, ...text, category, image: `images/${id}.png` }, svg };
  });
}

function describe(
  item: { shape: number; style: number; color: number; topic: number },
  stream: RandomStream,
): { title: string; description: string } {
  const pick = (words: readonly string[]) => words[stream.integer(words.length)]!;
  const category = categories[item.shape]!;
  const topic = topics[item.topic]!;
  const [noun, material] = [pick(category.nouns), pick(category.materials)];
  const color = stream.uniform() < mentions.color ? `${colors[item.color]!.name} ` : '';
  const style = stream.uniform() < mentions.style ? `, ${styles[item.style]!.name}` : '';
  return {
    title: `${pick(topic.words)} ${noun}${style}`,
    description: `${noun} in ${color}${material.toLowerCase()}. ${pick(openings)} ${topic.phrase}.`,
  };
}
