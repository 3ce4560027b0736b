import type { Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Interactions } from './interactions.js';
import type { FeatureMatrix } from './feature-matrix.js';
import type { OptionsDefinition } from './options.js';
import type { Presets } from './presets/preset.js';
import type { Rng } from './rng.js';
import type { TrainingDefaults } from './training-defaults.js';

/**
 * Rows of a training step, as indices into the model's users and items. All columns present have
 * the same length.
 */
export interface Batch {
  /** User of each row, `[batch]`. */
  readonly users: Int32Array;
  /** An item that the user interacted with, `[batch]`. */
  readonly positiveItems: Int32Array;
  /** An item that the user did not interact with in training, `[batch]`; empty for models that need none. */
  readonly negativeItems: Int32Array;
}

/** Named terms of an objective, each already weighted; the objective is their sum. */
export type LossTerms = Readonly<Record<string, Scalar>>;

/**
 * Final embeddings. The score of a user for an item is the inner product of their rows.
 *
 * A type, not an interface, so that `tf.tidy` takes it for a container of tensors.
 */
export type Embeddings = {
  /** `[numUsers, d]`, float32. */
  readonly users: Tensor2D;
  /** `[numItems, d]`, float32. */
  readonly items: Tensor2D;
};

/** Settings of Adam that a phase has for itself; what is absent is as the trainer has it. */
export interface PhaseAdam {
  /** Step size at the start, instead of the trainer's `learningRate`; a schedule scales it alike. */
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly weightDecay?: number;
}

/** One of several objectives that a model alternates between for each batch (adversarial training). */
export interface Phase {
  readonly name: string;
  /** The parameters that this phase trains, by their names in {@link Recommender.parameters}. */
  readonly parameters: readonly string[];
  /** How this phase's optimiser differs from the trainer's. */
  readonly adam?: PhaseAdam;
  losses(batch: Batch, rng: Rng): LossTerms;
}

/** What the trainer, the evaluator and the server need of a model, and nothing more. */
export interface Recommender {
  /** Trainable variables by name; the names are a checkpoint's keys. */
  readonly parameters: Readonly<Record<string, Variable>>;
  /**
   * State that training changes without a gradient, such as a learned graph, by name. It is kept, saved and put
   * back together with the parameters; its names are a checkpoint's keys too.
   */
  readonly buffers?: Readonly<Record<string, Variable>>;
  /**
   * Parameters with one row a user or an item, by name: a warm start carries those rows over by id.
   */
  readonly rowsOf?: Readonly<Record<string, 'users' | 'items'>>;
  /**
   * Rows that training draws: observed pairs alone, pairs with one sampled negative item each (the
   * default), or different users with one of their items and a negative one each.
   */
  readonly sampling?: 'pairs' | 'triplets' | 'users';
  /**
   * Called before the first batch of each epoch, to rebuild what the model derives from its parameters
   * now and then. It may depend on the parameters and the epoch only, so that a resumed run goes on as
   * if it had not been stopped.
   *
   * @param epoch - From 1.
   */
  startEpoch?(epoch: number): void;
  /** Weighted terms of the objective for one batch. The caller disposes them. */
  losses(batch: Batch, rng: Rng): LossTerms;
  /** Only for models that alternate objectives: run in order for each batch, each over its own parameters. */
  readonly phases?: readonly Phase[];
  /** Final embeddings, deterministic. The caller disposes them. `rng` is for variants that draw noise at evaluation. */
  embed(rng?: Rng): Embeddings;
  /** Frees the parameters and everything else the model holds. */
  dispose(): void;
}

/** What a model is made from. */
export interface ModelInputs {
  /** Training interactions only. */
  readonly interactions: Interactions;
  /**
   * Item features by modality, one row an item; `{}` for models that use none. Items may lack a modality (`missing`):
   * what stands in such a row has no influence.
   */
  readonly features: Readonly<Record<string, FeatureMatrix>>;
  /** Source of the initial parameters. */
  readonly rng: Rng;
}

/** A model as the command line and the registry know it. */
export interface ModelDefinition<Options extends object = object> {
  /** Name on the command line, lower case. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly description: string;
  readonly options: OptionsDefinition<Options>;
  /** Whether the model can be made without item features. */
  readonly needsFeatures: boolean;
  /** Whether the model takes one unified vector an item (`unified`) where there is one, instead of the modalities. */
  readonly takesUnified?: boolean;
  readonly training: TrainingDefaults;
  /** Published settings by data set. */
  readonly presets?: Presets<Options>;
  create(inputs: ModelInputs, options?: Partial<Options>): Recommender;
}
