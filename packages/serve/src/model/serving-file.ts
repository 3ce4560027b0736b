import type { ContentMap } from '@mmrec/train';
import type { FoldInMap } from './fold-in-map.js';
import type { ItemDetails, ServingModel } from './serving-model.js';

/**
 * Format of a serving file: one file with all that answers need, for browsers and whoever has no run folder. A
 * safetensors file; ids and details are JSON in its metadata.
 */
const servingFormat = 'mmrec-serving-1';

/** Tensors and metadata of a serving file. */
export interface ServingFileContents {
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array }>
  >;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is written into a serving file: everything but the items' features. */
export function packServingModel(model: ServingModel): ServingFileContents {
  const { embeddingSize: d, histories, foldIn, content } = model;
  const modalities = Object.entries(content?.modalities ?? {});
  const rows = (data: Float32Array) => ({ shape: [data.length / d, d], data });
  return {
    tensors: {
      user_embeddings: rows(model.userEmbeddings),
      item_embeddings: rows(model.itemEmbeddings),
      fold_in_weight: rows(foldIn.weight),
      fold_in_intercept: { shape: [d], data: foldIn.intercept },
      history_offsets: { shape: [histories.offsets.length], data: histories.offsets },
      history_items: { shape: [histories.items.length], data: histories.items },
      ...(content && { content_average: { shape: [d], data: content.average } }),
      ...Object.fromEntries(
        modalities.flatMap(([, { mean, weight }], at) => [
          [`content_mean_${at}`, { shape: [mean.length], data: mean }],
          [`content_weight_${at}`, rows(weight)],
        ]),
      ),
    },
    metadata: {
      format: servingFormat,
      model: model.model,
      users: JSON.stringify(model.users),
      items: JSON.stringify(model.items),
      details: JSON.stringify(model.details),
      ...(content && { modalities: JSON.stringify(modalities.map(([name]) => name)) }),
    },
  };
}

/**
 * Reads a serving file.
 *
 * @param bytes - The whole file.
 * @param source - Where it comes from, for messages.
 * @throws {Error} If it is no serving file, of another version, or damaged.
 */
export function unpackServingModel(bytes: ArrayBuffer, source: string): ServingModel {
  const { header, start } = readHeader(bytes, source);
  const metadata = header['__metadata__'] as Readonly<Record<string, string>> | undefined;
  if (metadata?.['format'] !== servingFormat) {
    throw new Error(
      `loadRun: ${source} must be a serving file of format ${servingFormat}, got ${metadata?.['format'] ?? 'another file'}. Write one with: mmrec export RUN --to serving.`,
    );
  }
  const bytesOf = (name: string): ArrayBuffer => {
    const entry = header[name] as { data_offsets?: [number, number] } | undefined;
    const [from, to] = entry?.data_offsets ?? [0, -1];
    if (to < from || start + to > bytes.byteLength) {
      throw new Error(`loadRun: ${source} must hold the whole of ${name}: the file is damaged.`);
    }
    return bytes.slice(start + from, start + to);
  };
  const floats = (name: string) => new Float32Array(bytesOf(name));
  const integers = (name: string) => new Int32Array(bytesOf(name));
  const parse = (name: string): unknown => JSON.parse(metadata[name] ?? 'null');
  const intercept = floats('fold_in_intercept');
  const modalities = parse('modalities') as string[] | null;
  const content: ContentMap | undefined = modalities
    ? {
        average: floats('content_average'),
        modalities: Object.fromEntries(
          modalities.map((name, at) => [
            name,
            { mean: floats(`content_mean_${at}`), weight: floats(`content_weight_${at}`) },
          ]),
        ),
      }
    : undefined;
  return {
    model: metadata['model'] ?? 'unknown',
    users: parse('users') as string[],
    items: parse('items') as string[],
    embeddingSize: intercept.length,
    userEmbeddings: floats('user_embeddings'),
    itemEmbeddings: floats('item_embeddings'),
    histories: { offsets: integers('history_offsets'), items: integers('history_items') },
    details: parse('details') as ItemDetails[],
    foldIn: { weight: floats('fold_in_weight'), intercept } satisfies FoldInMap,
    ...(content && { content }),
  };
}

/** A safetensors file starts with the length of its header, 8 bytes, and the header as JSON. */
function readHeader(bytes: ArrayBuffer, source: string) {
  const view = new DataView(bytes);
  const length = bytes.byteLength < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + length > bytes.byteLength) {
    throw new Error(
      `loadRun: ${source} must be a serving file, got one of ${bytes.byteLength} bytes that is none.`,
    );
  }
  try {
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length))) as Record<
      string,
      unknown
    >;
    return { header, start: 8 + length };
  } catch (error) {
    throw new Error(`loadRun: ${source} must be a serving file, got another one.`, {
      cause: error,
    });
  }
}
