/** Item indices that count as relevant; each counts once. */
export type RelevantItems = ReadonlySet<number> | Int32Array | readonly number[];

/** Where a ranked list holds relevant items: all that the ranking metrics need. */
export interface HitList {
  /** 1 where the list holds a relevant item for the first time, `[length of the list]`. */
  readonly hits: Uint8Array;
  /** Number of different relevant items, in the list or not. */
  readonly numRelevant: number;
}

/** A ranked list and what it is judged by. */
interface Judged {
  readonly ranked: ArrayLike<number>;
  readonly relevant: RelevantItems;
  readonly k: number;
}

/** Relevant items up to which looking for each of them is faster than looking each item of a list up. */
const few = 4;

/** Marks the hits of a list; an item that occurs twice is a hit once. */
export function markHits(ranked: ArrayLike<number>, relevant: RelevantItems): HitList {
  const wanted = new Set(relevant);
  const numRelevant = wanted.size;
  const hits = new Uint8Array(ranked.length);
  if (numRelevant <= few) for (const item of wanted) markFirst(hits, ranked, item);
  else for (let at = 0; at < ranked.length; at++) hits[at] = wanted.delete(ranked[at]!) ? 1 : 0;
  return { hits, numRelevant };
}

function markFirst(hits: Uint8Array, ranked: ArrayLike<number>, item: number): void {
  for (let at = 0; at < ranked.length; at++) {
    if (ranked[at] !== item) continue;
    hits[at] = 1;
    return;
  }
}

/**
 * Marks the hits of a list after checking what a caller gave.
 *
 * @param where - Name of the public function, for messages.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 */
export function checkedHits(where: string, { ranked, relevant, k }: Judged): HitList {
  checkCutoff(where, k);
  const list = markHits(ranked, relevant);
  if (list.numRelevant === 0) {
    throw new RangeError(`${where}: relevant must hold at least one item, got none.`);
  }
  return list;
}

/** @throws {RangeError} If k is not a positive integer. */
export function checkCutoff(where: string, k: number): void {
  if (Number.isInteger(k) && k >= 1) return;
  throw new RangeError(`${where}: k must be an integer ≥ 1, got ${k}.`);
}

/** Number of hits among the first k places. */
export function countHits({ hits }: HitList, k: number): number {
  let count = 0;
  for (let at = 0; at < Math.min(k, hits.length); at++) count += hits[at]!;
  return count;
}
