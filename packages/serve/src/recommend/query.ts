import type { ItemFeatures } from '../model/content-map.js';
import type { ItemFilter } from './item-filter.js';

/** For whom, or like what. */
export type Query =
  /** A user of the run. */
  | { readonly user: string }
  /** A new user who had these items. None: the items that most users had. */
  | { readonly history: readonly string[] }
  /** Like these items. */
  | { readonly items: readonly string[] }
  /** Like an item with these features, by modality. */
  | { readonly features: ItemFeatures };

/** How many items, and which. */
export interface RecommendOptions {
  /** Items wanted, 1 to `maxK`; 10 by default. */
  readonly k?: number | undefined;
  /** Ids of items that are not wanted; unknown ones are ignored. */
  readonly exclude?: readonly string[] | undefined;
  /** Whether items of the user's own history may be recommended again; they are not by default. */
  readonly repeat?: boolean | undefined;
  readonly filter?: ItemFilter | undefined;
  /** 0, the default: by score alone. Up to 1: items that are unlike each other ({@link diversify}). */
  readonly diversify?: number | undefined;
  /** Fields of the items that the answer is to carry beside `title`. */
  readonly fields?: readonly string[] | undefined;
}

/** How an answer came about. */
export type Method =
  /** The user's trained embedding. */
  | 'trained'
  /** An embedding made from a history. */
  | 'fold-in'
  /** Cosines of items' embeddings. */
  | 'similar'
  /** The number of users who had an item. */
  | 'popular';

/** An item of an answer. */
export interface RecommendedItem {
  readonly item: string;
  /** Inner product with the user; a cosine for similar items; the number of users for popular ones. */
  readonly score: number;
  readonly title?: string;
  /** The fields asked for. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An answer. */
export interface Recommendations {
  readonly method: Method;
  /** Best first: `k`, or as many as are left. */
  readonly items: readonly RecommendedItem[];
  /** Ids of a history or of items that are not known, and were left out of account. */
  readonly ignored: readonly string[];
}
