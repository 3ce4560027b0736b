/** External ids and the indices that stand for them in arrays and matrices. */
export interface IdMap {
  /** The external id of each index. */
  readonly ids: readonly string[];
  /** The index of an external id, or undefined for an id that is not here. */
  indexOf(id: string): number | undefined;
}

/**
 * External ids in the order of their indices.
 *
 * @throws {RangeError} If an id occurs twice.
 * @example
 * ```ts
 * const items = createIdMap(['shoe', 'hat']);
 * items.indexOf('hat') // => 1
 * items.ids[0] // => 'shoe'
 * ```
 */
export function createIdMap(ids: Iterable<string>): IdMap {
  const list = [...ids];
  const indices = new Map<string, number>();
  for (const [index, id] of list.entries()) {
    if (indices.has(id)) throw new RangeError(`createIdMap: ids must differ, got '${id}' twice.`);
    indices.set(id, index);
  }
  return { ids: list, indexOf: (id) => indices.get(id) };
}

/**
 * Ids of data whose ids already are indices: the external id of index `n` is `n` as a decimal
 * string. The strings are made when `ids` is first read.
 *
 * @example
 * ```ts
 * createIndexIdMap(3).indexOf('2') // => 2
 * createIndexIdMap(3).ids // => ['0', '1', '2']
 * ```
 */
export function createIndexIdMap(size: number): IdMap {
  let ids: readonly string[] | undefined;
  return {
    get ids() {
      ids ??= Array.from({ length: size }, (_, index) => String(index));
      return ids;
    },
    indexOf: (id) => {
      const index = Number(id);
      const known = Number.isInteger(index) && index >= 0 && index < size && String(index) === id;
      return known ? index : undefined;
    },
  };
}

/** Gives each new id the next index. */
export function createIdIndexer() {
  const indices = new Map<string, number>();
  return {
    index: (id: string): number => {
      const known = indices.get(id);
      if (known !== undefined) return known;
      indices.set(id, indices.size);
      return indices.size - 1;
    },
    finish: (): IdMap => ({ ids: [...indices.keys()], indexOf: (id) => indices.get(id) }),
  };
}
