import type { ContentEncoder } from './content-encoder.js';
import { contentKey, type VectorCache } from './vector-cache.js';

/** A content that could not be read or prepared. */
export interface ContentFailure {
  /** Position of the item. */
  readonly row: number;
  readonly reason: string;
}

/** What came of encoding. */
export interface EncodedContents {
  /** Keys in the cache by item; undefined for an item without content. */
  readonly keys: readonly (string | undefined)[];
  readonly failures: readonly ContentFailure[];
  /** Contents whose vectors were there already. */
  readonly cached: number;
}

/** How far encoding has come. */
export interface EncodeProgress {
  /** Items done. */
  readonly done: number;
  readonly total: number;
  /** Of them, those whose vectors were there already, or that have no content. */
  readonly skipped: number;
}

/** Reads an item's content as bytes; undefined where it has none. */
export type ReadContent = (row: number) => Promise<Uint8Array | undefined>;

interface Batch {
  readonly keys: readonly (string | undefined)[];
  /** Contents to encode, with their keys. */
  readonly fresh: ReadonlyMap<string, unknown>;
  readonly failures: readonly ContentFailure[];
  readonly cached: number;
}

/**
 * Encodes the contents of all items into a cache, some at a time; the next ones are read and prepared while some
 * are encoded. What is in the cache is not encoded again, and a content that can't be prepared is noted.
 */
export async function encodeContents(
  { encoder, cache, read }: { encoder: ContentEncoder; cache: VectorCache; read: ReadContent },
  {
    total,
    batchSize,
    onProgress,
  }: {
    total: number;
    batchSize: number;
    onProgress?: ((progress: EncodeProgress) => void) | undefined;
  },
): Promise<EncodedContents> {
  const keys: (string | undefined)[] = [];
  const failures: ContentFailure[] = [];
  let [cached, skipped] = [0, 0];
  const prepare = (start: number) =>
    prepareBatch({ encoder, cache, read }, { start, end: Math.min(total, start + batchSize) });
  let next = prepare(0);
  for (let start = 0; start < total; start += batchSize) {
    const batch = await next;
    next = prepare(start + batchSize);
    // Waited for in the next round; should encoding fail before, its own error is not to go unheard.
    next.catch(() => undefined);
    if (batch.fresh.size > 0) {
      const vectors = await encoder.encode([...batch.fresh.values()]);
      await cache.add([...batch.fresh.keys()], vectors);
    }
    keys.push(...batch.keys);
    failures.push(...batch.failures);
    cached += batch.cached;
    skipped += batch.keys.length - batch.fresh.size;
    onProgress?.({ done: keys.length, total, skipped });
  }
  return { keys, failures, cached };
}

async function prepareBatch(
  { encoder, cache, read }: { encoder: ContentEncoder; cache: VectorCache; read: ReadContent },
  { start, end }: { start: number; end: number },
): Promise<Batch> {
  const fresh = new Map<string, unknown>();
  const failures: ContentFailure[] = [];
  let cached = 0;
  const prepareOne = async (row: number): Promise<string | undefined> => {
    try {
      const bytes = await read(row);
      if (bytes === undefined) return undefined;
      const key = contentKey(bytes);
      if (cache.has(key)) cached++;
      else fresh.set(key, await encoder.prepare(bytes));
      return key;
    } catch (error) {
      failures.push({ row, reason: (error as Error).message.replaceAll(/\s+/g, ' ') });
      return undefined;
    }
  };
  const rows = Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at);
  const keys = await Promise.all(rows.map(prepareOne));
  failures.sort((a, b) => a.row - b.row);
  return { keys, fresh, failures, cached };
}
