import type { Rng } from '@mmrec/core';
import { createAdam, disposeGradients, valueAndGradients, type Optimizer } from '@mmrec/ops';
import {
  captureVariables,
  learningRateFactor,
  restoreVariables,
  type CheckpointFolder,
  type SavedSteps,
} from '@mmrec/train';
import { addN, keep, type Scalar } from '@tensorflow/tfjs-core';
import type { CatalogueContent } from './catalogue-content.js';
import { createContentEncoder, sizesOf, type ContentEncoder } from './create-content-encoder.js';
import { drawViews } from './draw-views.js';
import { encoderOptions } from './encoder-options.js';
import { packViews, type PackedViews } from './pack-views.js';
import type { PretrainOptions } from './pretrain-options.js';

/** What happened in an epoch. */
export interface PretrainEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Means of the terms of L_ICA over the steps, and their sum as `total`. */
  readonly losses: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What pre-training needs. */
export interface PretrainInputs {
  readonly content: CatalogueContent;
  /** Items to learn from. */
  readonly items: Int32Array;
  readonly rng: Rng;
  readonly options: Readonly<PretrainOptions>;
  /** Where to save after each epoch; training goes on from the newest checkpoint that is there. */
  readonly checkpoints?: CheckpointFolder<SavedSteps>;
  /** Called after each epoch, when it has been saved. If it throws, pre-training ends with its error. */
  onEpoch?(record: PretrainEpoch, encoder: ContentEncoder): void | Promise<void>;
}

/** Decay of the mean square, as in BEiT-3. */
const beta2 = 0.98;

/**
 * Trains an encoder to predict what is masked: stage 1 of AlignRec, min L_ICA.
 *
 * Each step shows every item of a batch twice, once with patches and once with tokens masked. What is drawn depends
 * on seed and epoch only, so that a resumed run gives the same encoder, bit for bit, as one that was not stopped.
 *
 * @returns The encoder; the caller disposes it.
 * @throws {Error} If the checkpoints to resume from are damaged.
 */
export async function pretrainEncoder(inputs: PretrainInputs): Promise<ContentEncoder> {
  const { content, rng, options, checkpoints, onEpoch } = inputs;
  const encoder = createContentEncoder(
    { sizes: sizesOf(content), rng: rng.fork('encoder') },
    Object.fromEntries(
      Object.keys(encoderOptions.rules).map((name) => [
        name,
        options[name as keyof typeof options],
      ]),
    ),
  );
  const { learningRate, weightDecay } = options;
  const optimizer = createAdam(encoder.parameters, { learningRate, weightDecay, beta2 });
  const trained = { variables: encoder.parameters, optimizers: { main: optimizer } };
  try {
    const latest = await checkpoints?.readLatest();
    if (latest) restoreVariables(trained, latest);
    for (let epoch = (latest?.epoch ?? 0) + 1; epoch <= options.epochs; epoch++) {
      const record = trainEpoch(epoch, { ...inputs, encoder, optimizer });
      await checkpoints?.write({ epoch, ...captureVariables(trained) });
      await onEpoch?.(record, encoder);
    }
    return encoder;
  } catch (error) {
    encoder.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
}

function trainEpoch(
  epoch: number,
  inputs: PretrainInputs & { readonly encoder: ContentEncoder; readonly optimizer: Optimizer },
): PretrainEpoch {
  const { content, items, encoder, optimizer, options } = inputs;
  const rng = inputs.rng.fork(`epoch/${epoch}`);
  const start = performance.now();
  const order = rng.stream('order').shuffle(items.slice());
  const sums: Record<string, number> = {};
  let steps = 0;
  for (let at = 0; at < order.length; at += options.batchSize, steps++) {
    const batch = order.subarray(at, at + options.batchSize);
    const passed = epoch - 1 + at / order.length;
    optimizer.learningRate =
      options.learningRate * learningRateFactor({ ...options, schedule: 'cosine' }, passed);
    const draw = { rng: rng.fork(`step/${steps}`), masking: options };
    const views = packViews(content, drawViews(content, batch, draw));
    for (const [term, value] of Object.entries(trainStep(encoder, optimizer, views))) {
      sums[term] = (sums[term] ?? 0) + value;
    }
  }
  const losses = Object.fromEntries(Object.entries(sums).map(([term, sum]) => [term, sum / steps]));
  const total = Object.values(losses).reduce((sum, value) => sum + value, 0);
  return { epoch, losses: { ...losses, total }, seconds: (performance.now() - start) / 1000 };
}

/** One step; returns the terms' values. */
function trainStep(
  encoder: ContentEncoder,
  optimizer: Optimizer,
  views: PackedViews,
): Record<string, number> {
  let terms: Readonly<Record<string, Scalar>> = {};
  const { value, gradients } = valueAndGradients(() => {
    terms = encoder.losses(views);
    // Read after the step: the engine would dispose them with the rest of the forward pass.
    for (const term of Object.values(terms)) keep(term);
    return addN<Scalar>(Object.values(terms));
  }, encoder.parameters);
  optimizer.step(gradients);
  value.dispose();
  disposeGradients(gradients);
  return Object.fromEntries(
    Object.entries(terms).map(([name, term]) => {
      const number = term.dataSync()[0]!;
      term.dispose();
      return [name, number];
    }),
  );
}
