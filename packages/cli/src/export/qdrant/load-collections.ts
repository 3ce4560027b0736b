import { UsageError } from '../../usage-error.js';
import type { ExportedRun } from '../exported-run.js';
import type { Qdrant } from './qdrant-client.js';
import type {
  QdrantAliasAction,
  QdrantPoint,
  QdrantRequests,
  QdrantResults,
} from './qdrant-requests.js';

/** How a run is loaded. */
export interface LoadCollectionsOptions {
  /** What the names of the collections start with. */
  readonly prefix: string;
  /** Tells collections of different exports apart: letters and digits. */
  readonly stamp: string;
  /** Told how many points of a collection are loaded. */
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** The names by which collections are asked: aliases of what was loaded last. */
export const collectionNames = (prefix: string) => ({
  users: `${prefix}_users`,
  items: `${prefix}_items`,
});

/** @throws {UsageError} If collections' names can't start with a text. */
export function checkPrefix(prefix: string): string {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(prefix)) return prefix;
  throw new UsageError(
    `--collection must be at most 100 letters, digits, _ and -, got '${prefix}'.`,
  );
}

type Kind = keyof ReturnType<typeof collectionNames>;
const kinds: readonly Kind[] = ['users', 'items'];

/**
 * Loads embeddings into new collections and then moves the aliases `<prefix>_users` and `<prefix>_items` to them, both
 * at once: others see the earlier collections until then. Those are deleted afterwards.
 *
 * A point's number is its row. Its payload has the `id`, an item's `title` where it is known, and under `seen` the
 * numbers of the items of a user's training interactions.
 *
 * @throws {Error} If the server refuses, or a name belongs to something that was not made by this function.
 */
export async function loadCollections(
  qdrant: Qdrant,
  run: ExportedRun,
  { prefix, stamp, onProgress }: LoadCollectionsOptions,
): Promise<void> {
  const earlier = await findEarlier(qdrant, prefix);
  const names = collectionNames(prefix);
  const fresh = { users: `${names.users}_${stamp}`, items: `${names.items}_${stamp}` };
  try {
    for (const kind of kinds) {
      await createCollection(qdrant, fresh[kind], run.embeddingSize);
      for (const { points, done, total } of pointBatches(run, kind)) {
        const body: QdrantRequests['upsertPoints'] = { points };
        await qdrant.request('PUT', `/collections/${fresh[kind]}/points?wait=true`, body);
        onProgress(kind, done, total);
      }
    }
    const actions: QdrantAliasAction[] = kinds.flatMap((kind) => [
      ...(earlier[kind] === undefined ? [] : [{ delete_alias: { alias_name: names[kind] } }]),
      { create_alias: { collection_name: fresh[kind], alias_name: names[kind] } },
    ]);
    const body: QdrantRequests['updateAliases'] = { actions };
    await qdrant.request('POST', '/collections/aliases', body);
  } catch (error) {
    // What is told is what failed first.
    for (const kind of kinds) {
      await qdrant.request('DELETE', `/collections/${fresh[kind]}`).catch(() => undefined);
    }
    throw error;
  }
  for (const collection of Object.values(earlier)) {
    await qdrant.request('DELETE', `/collections/${collection}`);
  }
}

/** The collections that the aliases name now. */
async function findEarlier(qdrant: Qdrant, prefix: string): Promise<Partial<Record<Kind, string>>> {
  const names = collectionNames(prefix);
  const { collections } = await qdrant.request<QdrantResults['collections']>('GET', '/collections');
  const { aliases } = await qdrant.request<QdrantResults['aliases']>('GET', '/aliases');
  const found: Partial<Record<Kind, string>> = {};
  for (const kind of kinds) {
    const name = names[kind];
    const alias = aliases.find(({ alias_name }) => alias_name === name);
    const isForeign =
      collections.some((collection) => collection.name === name) ||
      (alias && !new RegExp(`^${name}_[a-z0-9]+$`).test(alias.collection_name));
    if (isForeign) {
      throw new Error(
        `export: the collection ${name} is there and was not made by mmrec export. Choose other names with --collection.`,
      );
    }
    if (alias) found[kind] = alias.collection_name;
  }
  return found;
}

async function createCollection(qdrant: Qdrant, name: string, size: number): Promise<void> {
  const collection: QdrantRequests['createCollection'] = { vectors: { size, distance: 'Dot' } };
  await qdrant.request('PUT', `/collections/${name}`, collection);
  // Points are looked up by their ids.
  const index: QdrantRequests['createFieldIndex'] = { field_name: 'id', field_schema: 'keyword' };
  await qdrant.request('PUT', `/collections/${name}/index?wait=true`, index);
}

/** Numbers sent at once: below Qdrant's limit of 32 MB a request. */
const batchValues = 200_000;

function* pointBatches(run: ExportedRun, kind: Kind) {
  const { ids, data } = run[kind];
  const { embeddingSize: columns } = run;
  const size = Math.max(1, Math.floor(batchValues / columns));
  for (let from = 0; from < ids.length; from += size) {
    const to = Math.min(ids.length, from + size);
    const points = Array.from({ length: to - from }, (_, at): QdrantPoint => {
      const row = from + at;
      const numbers = data.subarray(row * columns, (row + 1) * columns);
      const vector = Array.from(numbers, (value) => Number(value.toPrecision(9)));
      return { id: row, vector, payload: payloadOf(run, kind, row) };
    });
    yield { points, done: to, total: ids.length };
  }
}

function payloadOf(
  { users, items, seen }: ExportedRun,
  kind: Kind,
  row: number,
): QdrantPoint['payload'] {
  if (kind === 'items') {
    const title = items.titles?.[row];
    return { id: items.ids[row]!, ...(typeof title === 'string' && { title }) };
  }
  const id = users.ids[row]!;
  if (!seen) return { id };
  const { offsets, items: lists } = seen;
  return { id, seen: [...lists.subarray(offsets[row]!, offsets[row + 1]!)] };
}
