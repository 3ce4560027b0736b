import type { UserList } from '../../src/studio/studio-api.js';

/** How the lists of the runs overlap. */
export interface Overlap {
  /** Places of an item in the lists, 1 the first; 0 where a list doesn't have it. */
  placesOf(id: string): readonly number[];
  /** Items that a list has alone. */
  readonly alone: readonly number[];
  /** What a reader has to know; empty for a single list. */
  readonly sentence: string;
}

/** Compares the lists of a user. */
export function overlapOf(runs: readonly UserList[]): Overlap {
  const places = new Map<string, number[]>();
  runs.forEach(({ items }, run) => {
    items.forEach(({ item }, at) => {
      const known = places.get(item.id) ?? runs.map(() => 0);
      known[run] = at + 1;
      places.set(item.id, known);
    });
  });
  const all = [...places.values()];
  const isIn = (each: readonly number[]) => each.filter((place) => place > 0).length;
  const shared = all.filter((each) => isIn(each) === runs.length).length;
  const longest = Math.max(0, ...runs.map(({ items }) => items.length));
  const lists = runs.length === 2 ? 'both lists' : `all ${runs.length} lists`;
  return {
    placesOf: (id) => places.get(id) ?? [],
    alone: runs.map((_, run) => all.filter((each) => isIn(each) === 1 && each[run]! > 0).length),
    sentence: runs.length < 2 ? '' : `${shared} of ${longest} are in ${lists}`,
  };
}
