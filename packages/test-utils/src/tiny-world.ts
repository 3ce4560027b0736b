import {
  createRng,
  drawValues,
  type Batch,
  type FeatureMatrix,
  type ModelInputs,
  type Rng,
} from '@mmrec/core';

/** A world small enough to know the answer: two tastes, and an item of each user's taste withheld. */
export interface TinyWorld extends ModelInputs {
  /** The item of their own taste that each user has not in training. */
  readonly withheld: Int32Array;
  /** Items of the other taste, for each user. */
  readonly otherTaste: readonly (readonly number[])[];
  /** All training pairs, each with a negative item of the other taste. */
  readonly batch: Batch;
}

const numUsers = 12;
const numItems = 20;

/**
 * 12 users and 20 items (never square), half of each per taste. A user has six of the ten items of their
 * taste; the features of both modalities tell the tastes apart, with noise.
 */
export function tinyWorld(seed: number): TinyWorld {
  const rng = createRng(seed).fork('tiny-world');
  const stream = rng.stream('interactions');
  const users: number[] = [];
  const items: number[] = [];
  const negatives: number[] = [];
  const withheld = new Int32Array(numUsers);
  const otherTaste: number[][] = [];
  for (let user = 0; user < numUsers; user++) {
    const own = stream.shuffle(itemsOfTaste(tasteOfUser(user)));
    const others = itemsOfTaste(1 - tasteOfUser(user));
    otherTaste.push(others);
    withheld[user] = own[6]!;
    for (const item of own.slice(0, 6)) {
      users.push(user);
      items.push(item);
      negatives.push(others[stream.integer(others.length)]!);
    }
  }
  const interactions = {
    numUsers,
    numItems,
    users: Int32Array.from(users),
    items: Int32Array.from(items),
  };
  return {
    interactions,
    features: { visual: features('visual', 5, rng), textual: features('textual', 7, rng) },
    rng: createRng(seed).fork('model'),
    withheld,
    otherTaste,
    batch: {
      users: interactions.users,
      positiveItems: interactions.items,
      negativeItems: Int32Array.from(negatives),
    },
  };
}

const tasteOfUser = (user: number) => Number(user >= numUsers / 2);

const itemsOfTaste = (taste: number) =>
  Array.from({ length: numItems / 2 }, (_, index) => index + (taste * numItems) / 2);

/** Noise, with the item's taste as the sign of the first column. */
function features(name: string, columns: number, rng: Rng): FeatureMatrix {
  const data = drawValues(rng.normal(name, [numItems, columns])).map((value, at) => {
    const item = Math.floor(at / columns);
    const sign = item < numItems / 2 ? 1 : -1;
    return 0.3 * value + (at % columns === 0 ? sign : 0);
  });
  return { rows: numItems, columns, data };
}

/**
 * The same world with items that lack a modality, and others that lack both: their rows hold `content` instead of
 * zeros, which must make no difference.
 */
export function withMissingFeatures(world: TinyWorld, content: number): TinyWorld {
  // Of each taste: an item without either, two without the first, two without the second.
  const lacking = [new Set([0, 1, 2, 10, 11, 12]), new Set([0, 3, 4, 10, 13, 14])];
  const entries = Object.entries(world.features).map(([name, matrix], at) => {
    const missing = Uint8Array.from({ length: numItems }, (_, item) =>
      Number(lacking[at]?.has(item) ?? false),
    );
    const data = matrix.data.map((value, place) =>
      missing[Math.floor(place / matrix.columns)] ? content * ((place % 7) - 2) : value,
    );
    return [name, { ...matrix, data, missing }] as const;
  });
  return { ...world, features: Object.fromEntries(entries) };
}
