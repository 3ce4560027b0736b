import type { ItemDetails, ServingModel } from '../model/serving-model.js';
import type { ItemFeatures } from '../model/content-map.js';
import { appendRow } from '../model/vectors.js';
import type { FilteredItem } from './item-filter.js';
import { ServeError } from './serve-error.js';

/** An item that comes in while serving. */
export interface AddedItem {
  readonly id: string;
  readonly embedding: Float32Array;
  readonly features: ItemFeatures;
  readonly details: ItemDetails;
}

/** The items that can be recommended: those of the run, and those that came in since. */
export interface ItemTable {
  /** In the order of the rows. */
  readonly ids: readonly string[];
  readonly details: readonly FilteredItem[];
  /** Names of the fields that some item has. */
  readonly fields: ReadonlySet<string>;
  /** Row-major, `[items · d]`, those that came in among them. */
  readonly embeddings: Float32Array;
  /** The row of an id. */
  rowOf(id: string): number | undefined;
  embeddingOf(row: number): Float32Array;
  /** Features of an item that came in. */
  addedFeatures(row: number): ItemFeatures | undefined;
  /** @throws {ServeError} If there is an item of that id. */
  add(item: AddedItem): void;
}

/** Items of a model, to which items can be added. */
export function createItemTable({
  items,
  itemEmbeddings,
  details,
  embeddingSize: d,
}: ServingModel): ItemTable {
  const ids = [...items];
  const allDetails: FilteredItem[] = details.map((about, row) => ({ ...about, id: ids[row]! }));
  const rows = new Map(ids.map((id, row) => [id, row] as const));
  const fields = new Set(details.flatMap((entry) => Object.keys(entry)));
  const added = new Map<number, ItemFeatures>();
  let embeddings = itemEmbeddings;
  return {
    ids,
    details: allDetails,
    fields,
    get embeddings() {
      return embeddings;
    },
    rowOf: (id) => rows.get(id),
    embeddingOf: (row) => embeddings.subarray(row * d, (row + 1) * d),
    addedFeatures: (row) => added.get(row),
    add: ({ id, embedding, features, details: about }) => {
      if (rows.has(id))
        throw new ServeError('invalid-request', `addItem: there is an item '${id}' already.`);
      embeddings = appendRow(embeddings, embedding);
      rows.set(id, ids.length);
      added.set(ids.length, features);
      ids.push(id);
      allDetails.push({ ...about, id });
      for (const field of Object.keys(about)) fields.add(field);
    },
  };
}
