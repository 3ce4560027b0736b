import { createRng, type FeatureMatrix, type Interactions } from '@mmrec/core';
import { splitPerUser, type Splits } from '@mmrec/data';
import { describeItems, type CatalogueItem } from './describe-items.js';
import { drawInteractions } from './draw-interactions.js';
import { illustrateItems, type Illustration } from './illustrate-items.js';
import { drawItemFactors } from './item-factors.js';
import { projectFeatures } from './project-features.js';
import { drawUserTastes } from './user-tastes.js';
import { categories } from './word-lists.js';

/** Raised when the same seed gives other data than before. */
export const synthVersion = 1;

const numVisual = 64;
const numTextual = 48;
/** Smallest numbers of users and items that a catalogue is made for. */
const fewest = 10;

export interface SynthesizeOptions {
  /** Any integer from 0; the same seed gives the same data. */
  readonly seed: number;
  /** Users, at least 10. Default 3000. */
  readonly numUsers?: number;
  /** Items, at least 10. Default 2000. */
  readonly numItems?: number;
}

/** A synthetic shop: who bought what, and what the items look and read like. */
export interface SyntheticShop {
  /** All interactions, user by user, without duplicates. */
  readonly interactions: Interactions;
  /** The same in three splits, by the `mmrec` protocol. */
  readonly splits: Splits;
  /** Item `i` is row `i` of the features. */
  readonly items: readonly CatalogueItem[];
  /** `visual` `[numItems, 64]` and `textual` `[numItems, 48]`. */
  readonly features: { readonly visual: FeatureMatrix; readonly textual: FeatureMatrix };
  /** Draws the items and describes the pictures: other texts than `items`, made when asked for. */
  illustrate(): Illustration[];
}

/**
 * Makes a catalogue of homeware, and shoppers with tastes, from a seed.
 *
 * Users like styles, topics, certain styles and topics together, and categories. Visual features
 * tell an item's style and, faintly, its category; textual features its topic and category; both
 * through a random non-linear projection, among nuisances and noise. General appeal follows a Zipf
 * law, activity a log-normal one, and a tenth of the interactions ignores taste. Most items have few
 * interactions, so that features help.
 *
 * @throws {RangeError} If there are fewer than 10 users or items, or the seed is not such an integer.
 * @example
 * ```ts
 * const shop = synthesize({ seed: 1, numUsers: 20, numItems: 30 });
 * shop.items.length // => 30
 * shop.features.visual.columns // => 64
 * ```
 */
export function synthesize(options: SynthesizeOptions): SyntheticShop {
  const { seed, numUsers = 3000, numItems = 2000 } = options;
  checkSize({ numUsers });
  checkSize({ numItems });
  const rng = createRng(seed).fork(`synth/${synthVersion}`);
  const factors = drawItemFactors(numItems, rng.fork('items'));
  const tastes = drawUserTastes(numUsers, rng.fork('users'));
  const interactions = drawInteractions(tastes, factors, rng.fork('interactions'));
  const category = oneHot(factors.categories, categories.length);
  const project = (name: string, parts: readonly Part[], columns: number) =>
    projectFeatures(joinColumns(parts, numItems), columns, rng.fork(name));
  return {
    interactions,
    splits: splitPerUser(interactions, { protocol: 'mmrec', rng: rng.fork('split') }),
    items: describeItems(factors, rng.fork('titles')),
    features: {
      visual: project(
        'visual',
        [{ data: factors.styleVectors }, { data: category, scale: 0.5 }],
        numVisual,
      ),
      textual: project('textual', [{ data: factors.topicVectors }, { data: category }], numTextual),
    },
    illustrate: () => illustrateItems(factors, rng.fork('pictures')),
  };
}

/** Columns of a matrix and how much they count. */
interface Part {
  readonly data: Float32Array;
  readonly scale?: number;
}

function checkSize(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= fewest) continue;
    throw new RangeError(`synthesize: ${name} must be an integer ≥ ${fewest}, got ${size}.`);
  }
}

function oneHot(values: Int32Array, count: number): Float32Array {
  const rows = new Float32Array(values.length * count);
  values.forEach((value, row) => (rows[row * count + value] = 1));
  return rows;
}

/** Matrices of equally many rows side by side. */
function joinColumns(parts: readonly Part[], rows: number) {
  const widths = parts.map(({ data }) => data.length / rows);
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const data = new Float32Array(rows * columns);
  let start = 0;
  parts.forEach((part, at) => {
    const width = widths[at]!;
    part.data.forEach((value, position) => {
      const row = Math.floor(position / width);
      data[row * columns + start + (position % width)] = value * (part.scale ?? 1);
    });
    start += width;
  });
  return { columns, data };
}
