import type { ItemCatalogue } from './item-catalogue.js';

/** Finds items by words of their titles, or their ids. */
export type ItemSearch = (text: string, limit: number) => number[];

/** Without marks and case, so that `cafe` finds `Café`. */
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * A search for items whose title or id has all words of a text: a title that begins with it first, then words that
 * begin with its words, then any; of equals, the most popular. Without a text: the most popular ones.
 */
export function createItemSearch({ ids, details, popularity }: ItemCatalogue): ItemSearch {
  const texts = ids.map((id, row) => {
    const title = details[row]!.title;
    return plain(title === undefined ? id : `${title} ${id}`);
  });
  const byPopularity = Array.from(ids.keys()).sort((a, b) => popularity[b]! - popularity[a]!);
  return (text, limit) => {
    const wanted = plain(text).trim();
    if (wanted === '') return byPopularity.slice(0, limit);
    const words = wanted.split(/\s+/);
    const found = [0, 1, 2].map((): number[] => []);
    for (const row of byPopularity) {
      const candidate = texts[row]!;
      if (!words.every((word) => candidate.includes(word))) continue;
      const beginsWords = words.every((word) => ` ${candidate}`.includes(` ${word}`));
      const isFirst = candidate.startsWith(wanted) || plain(ids[row]!) === wanted;
      found[isFirst ? 0 : beginsWords ? 1 : 2]!.push(row);
    }
    return found.flat().slice(0, limit);
  };
}
