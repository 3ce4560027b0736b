import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureFiles } from '../feature-files.js';
import { writeFeatureTable } from '../files/write-feature-table.js';
import { chooseEncoder, type EncoderOptions } from './choose-encoder.js';
import type { CatalogueEncoder, ContentEncoder, ExtractItem } from './content-encoder.js';
import { encodeContents, type EncodeProgress, type ReadContent } from './encode-contents.js';
import { recordExtraction, type ExtractionRecord } from './extraction-manifest.js';
import { copyVectors, openVectorCache, type VectorCache } from './vector-cache.js';

/** What {@link extractFeatures} extracts, with what, and where to. */
export interface ExtractFeaturesOptions extends EncoderOptions {
  /** Folder for the feature files and `manifest.json`; made if it doesn't exist. */
  readonly folder: string;
  /** Encoder of texts: `auto` (default), `none`, a short name, a model's id or its folder. */
  readonly text?: string | undefined;
  /** Encoder of pictures, likewise. */
  readonly image?: string | undefined;
  /** Folder that keeps vectors by content, so that work that was cut off goes on; by default `.features-cache` in `folder`. */
  readonly cache?: string | undefined;
  /**
   * Has others encode ({@link encodeIntoCache}), and gives the folders of their caches, whose vectors are taken over.
   * Called when it is certain that features may be written.
   */
  readonly encodeElsewhere?: (() => Promise<readonly string[]>) | undefined;
  /** Contents encoded at a time; absent: what suits the encoder. */
  readonly batchSize?: number | undefined;
  /** How the numbers are stored; float32 by default. */
  readonly storage?: 'float32' | 'float16' | undefined;
  /** Replace feature files that are in the folder. */
  readonly force?: boolean | undefined;
  /** Called when an encoder has been loaded. */
  readonly onEncoder?:
    | ((kind: Kind, identity: ContentEncoder['identity'], passedOver: readonly string[]) => void)
    | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((kind: Kind, progress: EncodeProgress) => void) | undefined;
}

type Kind = 'text' | 'image';

/** What came of one modality. */
export interface Extraction extends ExtractionRecord {
  /** Contents whose vectors were in the cache. */
  readonly cached: number;
  readonly seconds: number;
}

const where = 'extractFeatures';
const targets = {
  image: { modality: 'visual', file: 'image_feat.npy' },
  text: { modality: 'textual', file: 'text_feat.npy' },
} as const;

/**
 * Makes item features of texts and pictures: `text_feat.npy` and `image_feat.npy`, a row an item, and in
 * `manifest.json` under `extraction` which encoder made them and which items have none.
 *
 * Vectors are kept by the hash of what they were made of and the encoder's identity (its name, the hashes of its
 * files, its preparation): killed work goes on where it was, and items that are added later cost only themselves. A
 * picture that can't be decoded is noted and its item counts as missing, with a row of zeros.
 *
 * @param items - In the order of the dataset's items.
 * @returns What was done, by modality; a modality of which no item has content is left out.
 * @throws {Error} If feature files are there already, an encoder can't be used, or no item has any content.
 * @throws {TypeError} For an unknown encoder.
 * @example
 * ```ts
 * const items = [{ id: 0, text: 'a blue mug' }, { id: 1, text: 'a blue cup' }, { id: 2 }];
 * const { textual } = await extractFeatures(items, { folder: 'shop', text: 'tfidf' });
 * [textual?.columns, textual?.missing] // => [128, [2]]
 * const { data } = await readNpy('shop/text_feat.npy');
 * data.subarray(256).every((value) => value === 0) // => true
 * ```
 */
export async function extractFeatures(
  items: readonly ExtractItem[],
  options: ExtractFeaturesOptions,
): Promise<Record<string, Extraction>> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const kinds = (['image', 'text'] as const).filter((kind) => isWanted(kind, items, options));
  if (kinds.length === 0) {
    throw new Error(`${where}: items must have texts or pictures for an encoder, got none.`);
  }
  if (!options.force) await checkFree(folder, kinds);
  const done: Record<string, Extraction> = {};
  const caches = (await options.encodeElsewhere?.()) ?? [];
  for (const kind of kinds) {
    const extraction = await extract(kind, items, { ...options, caches });
    const { cached, seconds, ...record } = extraction;
    // Recorded one by one: what is done stays, should the next one fail.
    await recordExtraction(folder, { [targets[kind].modality]: record });
    done[targets[kind].modality] = extraction;
  }
  return done;
}

/** What was encoded by {@link encodeIntoCache}. */
export interface CachedContents {
  readonly encoder: string;
  /** Items with content whose vectors are in the cache now. */
  readonly items: number;
  /** Of them, those whose vectors were there before. */
  readonly cached: number;
}

/**
 * Encodes items into a cache and writes no features: a share of a catalogue on one of several machines. Then
 * {@link extractFeatures} of all items takes the vectors from the caches (`encodeElsewhere`). Encoders that learn from the whole
 * catalogue (`tfidf`) are left to it.
 *
 * @param options - `cache` is where the vectors go; `folder` isn't written to.
 * @returns What was encoded, by modality.
 * @throws {Error | TypeError} As {@link extractFeatures}.
 */
export async function encodeIntoCache(
  items: readonly ExtractItem[],
  options: ExtractFeaturesOptions & { readonly cache: string },
): Promise<Record<string, CachedContents>> {
  const done: Record<string, CachedContents> = {};
  for (const kind of ['image', 'text'] as const) {
    // Unlike the whole catalogue, a share of it may be without any content.
    if (options[kind] === 'none' || !items.some(hasContent[kind])) continue;
    const { encoder, passedOver } = await chosenEncoder(kind, options);
    if (!('encode' in encoder)) continue;
    options.onEncoder?.(kind, encoder.identity, passedOver);
    const { missing, cached, close } = await encodeEach(kind, items, { ...options, encoder });
    await close();
    const count = items.length - missing.length;
    done[targets[kind].modality] = { encoder: encoder.identity.encoder, items: count, cached };
  }
  return done;
}

function chosenEncoder(kind: Kind, options: ExtractFeaturesOptions) {
  const { precision, pooling, threads } = options;
  return chooseEncoder(kind, {
    ...{ name: options[kind] ?? 'auto', precision, pooling, threads },
  }).catch((error: unknown) => {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  });
}

const hasContent: Readonly<Record<Kind, (item: ExtractItem) => boolean>> = {
  image: ({ imageFile }) => imageFile !== undefined,
  text: ({ text }) => text !== undefined && text.trim() !== '',
};

/** Whether a modality is asked for: by name, or by default where some item has such content. */
function isWanted(
  kind: Kind,
  items: readonly ExtractItem[],
  { [kind]: name = 'auto' }: ExtractFeaturesOptions,
): boolean {
  if (name === 'none') return false;
  if (items.some(hasContent[kind])) return true;
  if (name === 'auto') return false;
  throw new Error(
    `${where}: items must have ${kind === 'text' ? 'texts' : 'pictures'} for the encoder ${name}, got none.`,
  );
}

/** Refuses to replace features, and to lay a second file of one modality beside another. */
async function checkFree(folder: string, kinds: readonly Kind[]): Promise<void> {
  const present = await featureFiles(where, folder);
  for (const kind of kinds) {
    const taken = present.find(({ modality }) => modality === targets[kind].modality);
    if (!taken) continue;
    throw new Error(
      `${where}: ${taken.path} is there already. Replace it with force, leave it with the ${kind} encoder 'none', or choose another folder.`,
    );
  }
}

async function extract(
  kind: Kind,
  items: readonly ExtractItem[],
  options: ExtractFeaturesOptions & Caches,
): Promise<Extraction> {
  const started = performance.now();
  const { folder, storage = 'float32' } = options;
  const { file, modality } = targets[kind];
  await checkOnlyFile(folder, { file, modality });
  const { encoder, passedOver } = await chosenEncoder(kind, options);
  options.onEncoder?.(kind, encoder.identity, passedOver);
  const { columns, identity } = encoder;
  const { blocks, missing, failures, cached, close } = await ('encode' in encoder
    ? encodeEach(kind, items, { ...options, encoder })
    : encodeTogether(items, encoder));
  try {
    const path = join(folder, file);
    await writeFeatureTable(path, { rows: items.length, columns, storage, blocks });
  } finally {
    await close();
  }
  return {
    ...identity,
    ...{ file, columns, storage, items: items.length },
    missing: missing.map((row) => items[row]!.id),
    failed: failures.map(({ row, reason }) => ({ id: items[row]!.id, reason })),
    passedOver,
    cached,
    seconds: (performance.now() - started) / 1000,
  };
}

/** A folder with two files of one modality can't be read: another name has to go first. */
async function checkOnlyFile(
  folder: string,
  { file, modality }: { file: string; modality: string },
): Promise<void> {
  const others = await featureFiles(where, folder);
  const other = others.find((present) => present.modality === modality && present.file !== file);
  if (!other) return;
  throw new Error(
    `${where}: ${other.path} holds the ${modality} features already, beside which there can't be ${file}. Move it away first.`,
  );
}

/** Folders of caches that vectors are taken over from. */
interface Caches {
  readonly caches?: readonly string[];
}

interface Encoded {
  readonly blocks: AsyncIterable<Float32Array> | Iterable<Float32Array>;
  /** Rows without features. */
  readonly missing: readonly number[];
  readonly failures: readonly { readonly row: number; readonly reason: string }[];
  readonly cached: number;
  close(): Promise<void>;
}

/** Encodes item by item, through the cache. */
async function encodeEach(
  kind: Kind,
  items: readonly ExtractItem[],
  {
    encoder,
    caches = [],
    ...options
  }: ExtractFeaturesOptions & Caches & { readonly encoder: ContentEncoder },
): Promise<Encoded> {
  const cache = await openVectorCache(
    options.cache ?? join(options.folder, '.features-cache'),
    encoder,
  );
  try {
    for (const folder of caches) {
      const other = await openVectorCache(folder, encoder);
      await copyVectors(other, cache).finally(other.close);
    }
    const { keys, failures, cached } = await encodeContents(
      { encoder, cache, read: reader(kind, items) },
      {
        total: items.length,
        batchSize: options.batchSize ?? encoder.batchSize,
        onProgress: (progress) => options.onProgress?.(kind, progress),
      },
    );
    const missing = keys.flatMap((key, row) => (key === undefined ? [row] : []));
    return { blocks: cachedRows(cache, keys), missing, failures, cached, close: cache.close };
  } catch (error) {
    await cache.close();
    throw error;
  } finally {
    await encoder.dispose();
  }
}

function reader(kind: Kind, items: readonly ExtractItem[]): ReadContent {
  return async (row) => {
    const item = items[row]!;
    if (!hasContent[kind](item)) return undefined;
    if (kind === 'text') return Buffer.from(item.text!);
    if (!existsSync(item.imageFile!)) throw new Error(`${item.imageFile} must exist, got nothing`);
    return readFile(item.imageFile!);
  };
}

const rowsAtOnce = 512;

async function* cachedRows(cache: VectorCache, keys: readonly (string | undefined)[]) {
  for (let start = 0; start < keys.length; start += rowsAtOnce) {
    yield await cache.read(keys.slice(start, start + rowsAtOnce));
  }
}

/** Encodes all texts at once, by an encoder that learns from them. */
async function encodeTogether(
  items: readonly ExtractItem[],
  encoder: CatalogueEncoder,
): Promise<Encoded> {
  const rows = items.flatMap((item, row) => (hasContent.text(item) ? [row] : []));
  const vectors = await encoder.encodeAll(rows.map((row) => items[row]!.text!));
  const { columns } = encoder;
  const all = new Float32Array(items.length * columns);
  rows.forEach((row, at) => {
    all.set(vectors.subarray(at * columns, (at + 1) * columns), row * columns);
  });
  const present = new Set(rows);
  const missing = items.flatMap((_, row) => (present.has(row) ? [] : [row]));
  return { blocks: [all], missing, failures: [], cached: 0, close: () => Promise.resolve() };
}
