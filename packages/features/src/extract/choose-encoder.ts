import { suggestion } from '@mmrec/core';
import type { CatalogueEncoder, ContentEncoder } from './content-encoder.js';
import { histogramEncoder } from './image/histogram-encoder.js';
import { transformersImageEncoder } from './image/transformers-image-encoder.js';
import { MissingPackageError } from './optional-package.js';
import { energeticTextEncoder } from './text/energetic-text-encoder.js';
import { tfidfEncoder } from './text/tfidf-encoder.js';
import { transformersTextEncoder, type Pooling } from './text/transformers-text-encoder.js';
import { MissingModelError, modelFolder } from './transformers.js';

/** What is asked of an encoder besides its name. */
export interface EncoderOptions {
  /** Precision of a model's weights: `fp32` (default), `fp16`, `q8` and others that the model comes in. */
  readonly precision?: string | undefined;
  /** How a text model's token vectors become one: `mean` (default), or `cls`, the first. */
  readonly pooling?: Pooling | undefined;
  /** Threads for a model; absent: all cores. */
  readonly threads?: number | undefined;
}

/** An encoder, and why it and no other where that was left open. */
export interface ChosenEncoder {
  readonly encoder: ContentEncoder | CatalogueEncoder;
  /** Encoders that come before it, and why they can't be used. */
  readonly passedOver: readonly string[];
}

type Load = (options: EncoderOptions) => Promise<ContentEncoder | CatalogueEncoder>;

/** Models that the short names stand for. */
const namedModels = {
  minilm: 'Xenova/all-MiniLM-L6-v2',
  clip: 'Xenova/clip-vit-base-patch32',
  siglip: 'Xenova/siglip-base-patch16-224',
} as const;

const textModel =
  (model: string): Load =>
  ({ precision = 'fp32', pooling = 'mean', threads }) =>
    transformersTextEncoder({ model, precision, threads }, pooling);
const imageModel =
  (model: string): Load =>
  ({ precision = 'fp32', threads }) =>
    transformersImageEncoder({ model, precision, threads });

/** Encoders by name, the first that works being the one of `auto`. */
const byName: Readonly<Record<'text' | 'image', Readonly<Record<string, Load>>>> = {
  text: {
    minilm: textModel(namedModels.minilm),
    energetic: energeticTextEncoder,
    tfidf: () => Promise.resolve(tfidfEncoder()),
  },
  image: {
    clip: imageModel(namedModels.clip),
    histogram: histogramEncoder,
    siglip: imageModel(namedModels.siglip),
  },
};

const modelOf = { text: textModel, image: imageModel };
/** Names that `auto` tries, in this order. */
const automatic = { text: ['minilm', 'energetic', 'tfidf'], image: ['clip', 'histogram'] } as const;

/** Names of encoders that need no model id, for help and messages. */
export const encoderNames = (kind: 'text' | 'image'): string[] => Object.keys(byName[kind]);

/**
 * Loads an encoder by its name: `auto`, a short name, a model's id on the Hugging Face hub (`owner/name`), or a folder
 * with a model.
 *
 * @throws {TypeError} If the name is none of these.
 * @throws {MissingPackageError | MissingModelError} If it can't be used here.
 */
export async function chooseEncoder(
  kind: 'text' | 'image',
  { name, ...options }: EncoderOptions & { readonly name: string },
): Promise<ChosenEncoder> {
  const known = byName[kind];
  if (name === 'auto') return firstThatWorks(kind, options);
  if (Object.hasOwn(known, name)) {
    return { encoder: await known[name]!(options), passedOver: [] };
  }
  if (!name.includes('/') && !modelFolder(name)) {
    const names = ['auto', 'none', ...Object.keys(known)];
    throw new TypeError(
      `${kind} encoder must be one of ${names.join(', ')}, a model's id (owner/name), or a folder with a model, got '${name}'.${suggestion(name, names)}`,
    );
  }
  return { encoder: await modelOf[kind](name)(options), passedOver: [] };
}

async function firstThatWorks(
  kind: 'text' | 'image',
  options: EncoderOptions,
): Promise<ChosenEncoder> {
  const passedOver: string[] = [];
  for (const name of automatic[kind]) {
    try {
      return { encoder: await byName[kind][name]!(options), passedOver };
    } catch (error) {
      const isMissing = error instanceof MissingPackageError || error instanceof MissingModelError;
      if (!isMissing) throw error;
      passedOver.push(`${name}: ${error.message}`);
    }
  }
  throw new MissingPackageError(`no ${kind} encoder can be used here:\n${passedOver.join('\n')}`);
}
