import { suggestion } from '@mmrec/core';

/** Columns of the interactions. */
export interface InteractionMapping {
  readonly user: string;
  readonly item: string;
  /** Times in one unit, or dates; needed for a split by time. */
  readonly time?: string;
  /** Ratings; needed for a lowest rating. */
  readonly rating?: string;
}

/** Columns of the metadata. */
export interface MetadataMapping {
  /** Column of the item ids, those that the interactions name. */
  readonly id: string;
  readonly title?: string;
  readonly brand?: string;
  /** A text, a list, or a list of lists. */
  readonly categories?: string;
  /** A text or a list of texts. */
  readonly description?: string;
  /** Address of the item's image, or a list of images with their addresses. */
  readonly image?: string;
}

/** Column names of a published dataset. */
export interface SourcePreset {
  readonly interactions: InteractionMapping;
  readonly metadata: MetadataMapping;
}

/**
 * Column names of published datasets: Amazon's reviews as published in 2014 (`reviews_*.json.gz`,
 * `meta_*.json.gz`) and in 2023 (`*.jsonl.gz`, `meta_*.jsonl.gz`, and the tables of ratings).
 */
export const sourcePresets: Readonly<Record<'amazon-2014' | 'amazon-2023', SourcePreset>> = {
  'amazon-2014': {
    interactions: { user: 'reviewerID', item: 'asin', time: 'unixReviewTime', rating: 'overall' },
    metadata: {
      id: 'asin',
      title: 'title',
      brand: 'brand',
      categories: 'categories',
      description: 'description',
      image: 'imUrl',
    },
  },
  'amazon-2023': {
    interactions: { user: 'user_id', item: 'parent_asin', time: 'timestamp', rating: 'rating' },
    metadata: {
      id: 'parent_asin',
      title: 'title',
      brand: 'store',
      categories: 'categories',
      description: 'description',
      image: 'images',
    },
  },
};

/** @throws {TypeError} For an unknown name. */
export function findPreset(name: string): SourcePreset {
  const names = Object.keys(sourcePresets);
  if (Object.hasOwn(sourcePresets, name)) return sourcePresets[name as keyof typeof sourcePresets];
  throw new TypeError(
    `prepareDataset: source must be one of ${names.join(', ')}, got '${name}'.${suggestion(name, names)} For other data, name the columns.`,
  );
}
