import { fitPca, normalizeFeatureRows } from '@mmrec/features';
import { createExactIndex } from '@mmrec/serve';
import { mapFields } from './map-fields.js';
import type { Studio, StudioRun } from './open-studio.js';
import type { MapItems } from './studio-api.js';

/** Items on a map at most: more can neither be told apart nor laid out in a minute. */
const mostItems = 20_000;
/** Nearest items that a layout keeps together, the item itself among them. */
const neighborhood = 15;
/** Items whose neighbours are looked for before anything else gets its turn. */
const block = 1000;

/** What maps are made of. */
export interface ItemMaps {
  /** The items of every map, the most popular ones of a large dataset. */
  items(): MapItems;
  /** A run's map, as {@link ../studio-page} reads it (`map-format.ts`); made once. */
  of(run: number): Promise<Uint8Array>;
}

/** Makes maps of a studio's items when they are asked for. */
export function createItemMaps(studio: Studio): ItemMaps {
  const { items, runs } = studio;
  let known: MapItems | undefined;
  const made = new Map<number, Promise<Uint8Array>>();
  const rows = mappedRows(items.popularity);
  const make = (): MapItems => ({
    items: Array.from(rows, (row) => items.summary(row)),
    total: items.ids.length,
    fields: mapFields(
      Array.from(rows, (row) => items.details[row]!),
      Array.from(rows, (row) => items.popularity[row]!),
    ),
  });
  return {
    items: () => (known ??= make()),
    of: (run) => {
      const map = made.get(run) ?? makeMap(runs[run]!, rows);
      made.set(run, map);
      // What went wrong once is tried again when it is asked for again.
      map.catch(() => made.delete(run));
      return map;
    },
  };
}

function mappedRows(popularity: Int32Array): Int32Array {
  const rows = Int32Array.from(popularity.keys());
  if (rows.length <= mostItems) return rows;
  return rows
    .sort((a, b) => popularity[b]! - popularity[a]! || a - b)
    .slice(0, mostItems)
    .sort();
}

/**
 * Two principal components of the items' directions, and each item's nearest items by cosine, exactly.
 *
 * @returns Little-endian: items n and neighbours k as int32, share of the variance that the components have as
 *   float32, a gap of 4 bytes; positions `[n · 2]` float32, neighbours `[n · k]` int32, and their distances
 *   (Euclidean, of unit vectors) `[n · k]` float32.
 */
async function makeMap({ model }: StudioRun, rows: Int32Array): Promise<Uint8Array> {
  const { embeddingSize: d } = model;
  const n = rows.length;
  const units = unitRows(model.itemEmbeddings, rows, d);
  const k = Math.min(neighborhood, n);
  const [positions, explained] = await components({ rows: n, columns: d, data: units });
  const buffer = new ArrayBuffer(16 + n * 8 + n * k * 8);
  new Int32Array(buffer, 0, 2).set([n, k]);
  new Float32Array(buffer, 8, 1)[0] = explained;
  new Float32Array(buffer, 16, 2 * n).set(positions);
  const neighbors = new Int32Array(buffer, 16 + 8 * n, n * k);
  const distances = new Float32Array(buffer, 16 + 8 * n + 4 * n * k, n * k);
  const index = createExactIndex(units, d);
  for (let start = 0; start < n; start += block) {
    const vectors = units.subarray(start * d, Math.min(n, start + block) * d);
    neighbors.set(index.search({ vectors, k }), start * k);
    await new Promise((resolve) => setImmediate(resolve));
  }
  index.dispose();
  for (let item = 0; item < n; item++) {
    putFirst(neighbors.subarray(item * k, (item + 1) * k), item);
    for (let at = item * k; at < (item + 1) * k; at++)
      distances[at] = distance(units, [item * d, neighbors[at]! * d], d);
  }
  return new Uint8Array(buffer);
}

/** An item is its own nearest, even where others are just as near. */
function putFirst(list: Int32Array, item: number): void {
  const at = list.indexOf(item);
  list.copyWithin(1, 0, at < 0 ? list.length - 1 : at);
  list[0] = item;
}

async function components(
  features: Parameters<typeof fitPca>[0] & {
    readonly rows: number;
    readonly columns: number;
    readonly data: Float32Array;
  },
): Promise<readonly [positions: Float32Array, explained: number]> {
  const { rows, columns, data } = features;
  if (rows < 2) return [new Float32Array(2 * rows), 1];
  const count = Math.min(2, columns);
  const pca = await fitPca(features, { components: count });
  const found = pca.apply(data);
  const positions = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < count; c++) positions[2 * row + c] = found[row * count + c]!;
  const share = pca.variances.reduce((sum, each) => sum + each, 0) / (pca.totalVariance || 1);
  return [positions, share];
}

function unitRows(embeddings: Float32Array, rows: Int32Array, columns: number): Float32Array {
  const data = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    data.set(embeddings.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return normalizeFeatureRows({ rows: rows.length, columns, data }).data;
}

function distance(units: Float32Array, [a, b]: readonly [number, number], d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (units[a + c]! - units[b + c]!) ** 2;
  return Math.sqrt(sum);
}
