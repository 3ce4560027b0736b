import type { FeatureMatrix, ItemLists } from '@mmrec/core';
import type { ContentMap } from '@mmrec/train';
import type { FoldInMap } from './fold-in-map.js';

/** What is known of an item beside its embedding; all of it can be filtered by. */
export interface ItemDetails {
  readonly title?: string;
  readonly description?: string;
  /** File of its picture, as the catalogue names it. */
  readonly image?: string;
  readonly [field: string]: unknown;
}

/** All that answers need, whatever the model was: no dataset, no TensorFlow.js variables. */
export interface ServingModel {
  /** Name of the model: `bm3`, `lightgcn`, … */
  readonly model: string;
  /** Ids in the order of the embeddings' rows. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** Width d of all embeddings. */
  readonly embeddingSize: number;
  /** Row-major, `[numUsers · d]`; a score is the inner product of a user's row and an item's. */
  readonly userEmbeddings: Float32Array;
  /** Row-major, `[numItems · d]`. */
  readonly itemEmbeddings: Float32Array;
  /** The training items of each user: what is not recommended to them again. */
  readonly histories: ItemLists;
  /** By item; empty objects where nothing is known. */
  readonly details: readonly ItemDetails[];
  /** Makes users of histories. */
  readonly foldIn: FoldInMap;
  /** Makes items of features; undefined: the run's dataset has none. */
  readonly content?: ContentMap | undefined;
  /** Item features by modality, for explanations; undefined where they aren't at hand, as in the browser. */
  readonly features?: Readonly<Record<string, FeatureMatrix>> | undefined;
}
