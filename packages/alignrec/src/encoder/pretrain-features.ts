import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng, writeJsonFile } from '@mmrec/core';
import { writeNpy } from '@mmrec/features';
import { openCheckpointFolder, type SavedSteps } from '@mmrec/train';
import type { CatalogueContent } from './catalogue-content.js';
import { loadTokenizer, trainTokenizer, type TokenizerJson } from './catalogue-tokenizer.js';
import { encodeItems } from './encode-items.js';
import { measureMasked, type MaskedReport } from './measure-masked.js';
import { learnVocabularies, prepareContent, tokenizeTexts } from './prepare-content.js';
import { pretrainEncoder, type PretrainEpoch } from './pretrain-encoder.js';
import { pretrainOptions, type PretrainOptions } from './pretrain-options.js';
import { readItemImages } from './read-item-images.js';
import { splitItems } from './split-items.js';

/** An item as it is read. */
export interface ContentItem {
  /** For messages and the report. */
  readonly id: string | number;
  /** Its text; absent: it has none. */
  readonly text?: string | undefined;
  /** The file of its image; absent: it has none. */
  readonly imageFile?: string | undefined;
  /** Where the item is described, for messages: a file and a line. */
  readonly source: string;
}

/** What {@link pretrainFeatures} does besides training. */
export interface PretrainFeaturesInputs {
  readonly items: readonly ContentItem[];
  /** Folder for the features, their provenance and the encoder. */
  readonly folder: string;
  readonly seed: number;
  readonly options?: Partial<PretrainOptions>;
  /** Contents of a `tokenizer.json`; absent: one is trained on the catalogue. */
  readonly tokenizer?: TokenizerJson | undefined;
  /** Go on from the folder's newest checkpoint. */
  readonly resume?: boolean | undefined;
  /** Replace what is in the folder. */
  readonly force?: boolean | undefined;
  /** Encode items whose image can't be decoded, or whose text is empty, without it, instead of refusing. */
  readonly skipUnreadable?: boolean | undefined;
  /** More to be noted in the provenance, such as versions. */
  readonly notes?: Readonly<Record<string, unknown>>;
  /** Called with what is amiss and doesn't end the work, such as a damaged checkpoint. */
  onWarning?(message: string): void;
  /** Called when a stage begins. */
  onStage?(stage: string): void;
  /** Called after each epoch, with the figures of the validation items in some of them. */
  onEpoch?(record: PretrainEpoch & { readonly valid?: MaskedReport }): void;
}

/** Where the features come from, in `unified_feat.json`. */
export interface FeatureProvenance {
  readonly version: number;
  readonly encoder: 'alignrec';
  readonly seed: number;
  readonly options: Readonly<PretrainOptions>;
  readonly items: Readonly<
    Record<
      'all' | 'learnedFrom' | 'validation' | 'heldOut' | 'withoutImage' | 'withoutText',
      number
    >
  >;
  /** Items that were encoded without a modality because it couldn't be read. */
  readonly unreadable: readonly string[];
  readonly tokenizer: 'trained' | 'given';
  readonly vocabularies: { readonly visual: number; readonly text: number };
  /** Masked-token prediction on the held-out items. */
  readonly heldOut: MaskedReport;
  readonly shape: readonly [number, number];
  /** SHA-256 of what was read and of `unified_feat.npy`. */
  readonly sha256: { readonly content: string; readonly features: string };
  readonly seconds: number;
}

/** Files in the folder. */
const files = {
  features: 'unified_feat.npy',
  provenance: 'unified_feat.json',
  encoder: 'encoder',
  tokenizer: join('encoder', 'tokenizer.json'),
  checkpoint: join('encoder', 'checkpoint'),
};

/** Epochs between looks at the validation items. */
const validateEvery = 5;
/** Problems that a message lists. */
const most = 5;

/**
 * Stage 1 of AlignRec from files to features: reads images and texts, learns both vocabularies, trains the encoder
 * to predict what is masked, measures it on items it has not seen, and encodes every item.
 *
 * Writes `unified_feat.npy`, its provenance `unified_feat.json`, and `encoder/` with the tokenizer and the
 * checkpoints, each whole or not at all.
 *
 * @throws {Error} If an image can't be decoded or a text is empty (naming file and item), or the folder holds an
 *   encoder and neither `resume` nor `force` is set.
 */
export async function pretrainFeatures(inputs: PretrainFeaturesInputs): Promise<FeatureProvenance> {
  const { folder, items, seed, onStage, onEpoch } = inputs;
  const options = pretrainOptions.resolve('pretrainFeatures', inputs.options);
  const start = performance.now();
  const paths = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, join(folder, file)]),
  ) as typeof files;
  checkFolder(paths, inputs);
  const rng = createRng(seed).fork('pretrain');
  const split = splitItems(items.length, rng.fork('split'));

  onStage?.('reading images and texts');
  const { images, texts, unreadable } = await readContent(inputs, options);
  await makeFolder(paths, inputs);
  onStage?.('learning vocabularies');
  const given = inputs.tokenizer && loadTokenizer(inputs.tokenizer);
  const tokenizer =
    given ??
    trainTokenizer(
      Array.from(split.train, (item) => texts[item] ?? ''),
      options.vocabularySize,
    );
  await writeJsonFile(paths.tokenizer, tokenizer.json);
  const raw = { images, texts: tokenizeTexts(texts, tokenizer, options.maxTokens) };
  const vocabularies = learnVocabularies(raw, split.train, {
    codebookSize: options.codebookSize,
    rng: rng.fork('codebook'),
  });
  const content = prepareContent(raw, vocabularies, options.maxTokens);

  onStage?.('training');
  const contentHash = hashOf(content);
  const checkpoints = await openCheckpointFolder<SavedSteps>(paths.checkpoint, {
    identity: { seed, data: contentHash, ...options },
    resume: inputs.resume ?? false,
    onDamaged: (message) => inputs.onWarning?.(`${message}; the one before it is tried`),
  });
  const measure = (which: 'validation' | 'test', rounds?: number) => ({
    ...{ items: split[which], masking: options, rng: rng.fork(`measure/${which}`) },
    ...(rounds !== undefined && { rounds }),
  });
  const encoder = await pretrainEncoder({
    ...{ content, items: split.train, rng, options, checkpoints },
    onEpoch: (record, current) => {
      const look = record.epoch % validateEvery === 0 || record.epoch === options.epochs;
      const valid = look && measureMasked(current, content, measure('validation', 1));
      onEpoch?.({ ...record, ...(valid && { valid }) });
    },
  });
  try {
    onStage?.('measuring and encoding');
    const heldOut = measureMasked(encoder, content, measure('test'));
    const features = encodeItems(encoder, content);
    await writeNpy(paths.features, features);
    const provenance: FeatureProvenance = {
      ...{ version: 1, encoder: 'alignrec', seed, options },
      items: {
        all: items.length,
        learnedFrom: split.train.length,
        validation: split.validation.length,
        heldOut: split.test.length,
        withoutImage: images.missing.reduce((sum, flag) => sum + flag, 0),
        withoutText: raw.texts.filter(({ length }) => length === 0).length,
      },
      unreadable,
      tokenizer: given ? 'given' : 'trained',
      vocabularies: { visual: content.images.numTokens, text: content.texts.numTokens },
      heldOut,
      shape: [features.rows, features.columns],
      sha256: { content: contentHash, features: sha256(await readFile(paths.features)) },
      seconds: (performance.now() - start) / 1000,
      ...inputs.notes,
    };
    await writeJsonFile(paths.provenance, provenance);
    return provenance;
  } finally {
    encoder.dispose();
  }
}

/** @throws {Error} If the folder holds an encoder or features that are neither to be resumed nor replaced. */
function checkFolder(paths: typeof files, { resume, force }: PretrainFeaturesInputs): void {
  if (resume === true || force === true) return;
  const found = [paths.checkpoint, paths.features].find((file) => existsSync(file));
  if (found === undefined) return;
  throw new Error(
    `pretrainFeatures: ${found} is there already. Go on from it with --resume, replace it with --force, or choose another --out.`,
  );
}

/** Makes the folder. What is to be replaced is removed, so that it is never taken for the new features. */
async function makeFolder(paths: typeof files, inputs: PretrainFeaturesInputs): Promise<void> {
  await mkdir(paths.encoder, { recursive: true });
  if (inputs.resume === true) return;
  for (const file of [paths.checkpoint, paths.features, paths.provenance]) {
    await rm(file, { recursive: true, force: true });
  }
}

async function readContent(
  { items, skipUnreadable = false }: PretrainFeaturesInputs,
  options: Readonly<PretrainOptions>,
) {
  const images = await readItemImages(
    items.map(({ imageFile }) => imageFile),
    options,
  );
  const problems = images.problems.map(
    ({ item, file, reason }) =>
      `${file} (item ${items[item]!.id}) can't be decoded: ${reason.trim().split('\n')[0]}`,
  );
  for (const { id, text, source } of items) {
    if (text !== undefined && text.trim() === '') {
      problems.push(`${source} (item ${id}) has an empty text`);
    }
  }
  if (problems.length > 0 && !skipUnreadable) {
    const more = problems.length > most ? ` and ${problems.length - most} more` : '';
    throw new Error(
      `pretrainFeatures: ${problems.slice(0, most).join('; ')}${more}. Mend them, or encode these items without what can't be read: --skip-unreadable.`,
    );
  }
  if (images.missing.every((flag) => flag === 1)) {
    throw new Error(
      'pretrainFeatures: at least one item must have an image, got none. Name the files in items.jsonl ("image"), or call them images/<id>.png.',
    );
  }
  const texts = items.map(({ text }) => (text?.trim() === '' ? undefined : text));
  return { images, texts, unreadable: problems };
}

/** SHA-256 of all that the encoder is trained on. */
function hashOf({ images, texts }: CatalogueContent): string {
  const hash = createHash('sha256');
  const parts = [images.patches, images.tokens, images.missing, texts.offsets, texts.tokens];
  for (const { buffer, byteOffset, byteLength } of parts) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
