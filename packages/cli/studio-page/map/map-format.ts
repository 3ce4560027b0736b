/** A run's map as the server makes it (`item-map.ts`). */
export interface RunMap {
  readonly numItems: number;
  /** Share of the variance that the two components have. */
  readonly explained: number;
  /** Principal components, `[numItems · 2]`. */
  readonly positions: Float32Array;
  /** Nearest items of each, itself the first, `[numItems · numNeighbors]`. */
  readonly numNeighbors: number;
  readonly neighbors: Int32Array;
  readonly distances: Float32Array;
}

/** Reads what {@link RunMap} documents; all machines that run browsers are little-endian. */
export function readRunMap(bytes: ArrayBuffer): RunMap {
  const [n, k] = new Int32Array(bytes, 0, 2) as unknown as [number, number];
  const start = 16 + 8 * n;
  return {
    numItems: n,
    explained: new Float32Array(bytes, 8, 1)[0]!,
    positions: new Float32Array(bytes, 16, 2 * n),
    numNeighbors: k,
    neighbors: new Int32Array(bytes, start, n * k),
    distances: new Float32Array(bytes, start + 4 * n * k, n * k),
  };
}
