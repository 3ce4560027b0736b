import type { Interactions, RandomStream, Rng } from '@mmrec/core';
import type { ItemFactors } from './item-factors.js';
import type { UserTastes } from './user-tastes.js';

/** How strongly each part of taste moves a choice, in logits. */
const weights = { style: 3, topic: 3, both: 2, category: 2, appeal: 1 };
/** Share of choices that follow general appeal alone: gifts, errands, accidents. */
const noiseShare = 0.1;

/**
 * Draws who buys what. Each user takes `activity` different items with probabilities
 * $\propto \exp(\text{score})$, without replacement, where
 *
 * $$\text{score} = w_s\, p_s \cdot s_i + w_t\, p_t \cdot t_i + w_b\,(p_s \cdot s_i)(p_t \cdot t_i)
 * + w_c\, p_c[c_i] + a_i.$$
 *
 * A tenth of a user's items is drawn by appeal $a_i$ alone.
 */
export function drawInteractions(tastes: UserTastes, factors: ItemFactors, rng: Rng): Interactions {
  const users: number[] = [];
  const items: number[] = [];
  for (let user = 0; user < tastes.numUsers; user++) {
    for (const item of chooseItems(user, { tastes, factors }, rng.fork(`user/${user}`))) {
      users.push(user);
      items.push(item);
    }
  }
  // Readers count items by the largest id, so somebody takes the last one.
  const last = factors.numItems - 1;
  if (!items.includes(last)) items[items.length - 1] = last;
  return {
    numUsers: tastes.numUsers,
    numItems: factors.numItems,
    users: Int32Array.from(users),
    items: Int32Array.from(items),
  };
}

function chooseItems(
  user: number,
  { tastes, factors }: { tastes: UserTastes; factors: ItemFactors },
  rng: Rng,
): number[] {
  const count = Math.min(tastes.activity[user]!, factors.numItems);
  const stream = rng.stream('choices');
  let numNoise = 0;
  for (let at = 0; at < count; at++) if (stream.uniform() < noiseShare) numNoise++;
  const weights = Float64Array.from(scoreItems(user, tastes, factors), Math.exp);
  const liked = takeItems(weights, count - numNoise, stream);
  const appeal = Float64Array.from(factors.appeal, Math.exp);
  for (const item of liked) appeal[item] = 0;
  return stream.shuffle([...liked, ...takeItems(appeal, numNoise, stream)]);
}

/** Logits of a user's choice among all items, `[numItems]`. */
function scoreItems(user: number, tastes: UserTastes, factors: ItemFactors): Float32Array {
  const match = (preferences: Float32Array, vectors: Float32Array, item: number) => {
    const size = vectors.length / factors.numItems;
    let sum = 0;
    for (let at = 0; at < size; at++) {
      sum += preferences[user * size + at]! * vectors[item * size + at]!;
    }
    return sum;
  };
  const numCategories = tastes.categories.length / tastes.numUsers;
  return Float32Array.from({ length: factors.numItems }, (_, item) => {
    const style = match(tastes.styles, factors.styleVectors, item);
    const topic = match(tastes.topics, factors.topicVectors, item);
    const category = tastes.categories[user * numCategories + factors.categories[item]!]!;
    return (
      weights.style * style +
      weights.topic * topic +
      weights.both * style * topic +
      weights.category * category +
      weights.appeal * factors.appeal[item]!
    );
  });
}

/** Draws `count` items without replacement, with probabilities ∝ `weights`, and sets their weights to 0. */
function takeItems(weights: Float64Array, count: number, stream: RandomStream): number[] {
  let total = 0;
  for (const weight of weights) total += weight;
  return Array.from({ length: count }, () => {
    let left = stream.uniform() * total;
    let item = -1;
    // Rounding may leave a little of `left` at the end: the last item with any weight takes it.
    for (let at = 0; at < weights.length && left >= 0; at++) {
      if (weights[at] === 0) continue;
      left -= weights[at]!;
      item = at;
    }
    total -= weights[item]!;
    weights[item] = 0;
    return item;
  });
}
