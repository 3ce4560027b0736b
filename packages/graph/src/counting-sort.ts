/** Where each key's entries start when entries are sorted by key, `[numKeys + 1]`. */
export function startsByKey(keys: ArrayLike<number>, numKeys: number): Int32Array {
  const starts = new Int32Array(numKeys + 1);
  for (let at = 0; at < keys.length; at++) starts[keys[at]! + 1]!++;
  for (let key = 0; key < numKeys; key++) starts[key + 1]! += starts[key]!;
  return starts;
}

/** Entry numbers in the order of their keys, stable, in O(entries + keys); keys are `0 … numKeys − 1`. */
export function countingSort(keys: ArrayLike<number>, numKeys: number): Int32Array {
  const next = startsByKey(keys, numKeys);
  const order = new Int32Array(keys.length);
  for (let entry = 0; entry < keys.length; entry++) order[next[keys[entry]!]!++] = entry;
  return order;
}
