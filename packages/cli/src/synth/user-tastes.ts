import type { RandomStream, Rng } from '@mmrec/core';
import { categories, styles, topics } from './word-lists.js';

/** What the users of a synthetic shop like and how much they buy. */
export interface UserTastes {
  readonly numUsers: number;
  /** Weight of each style, rows summing to 1, `[numUsers, styles]`. */
  readonly styles: Float32Array;
  /** Weight of each topic, rows summing to 1, `[numUsers, topics]`. */
  readonly topics: Float32Array;
  /** Weight of each category, rows summing to 1, `[numUsers, categories]`. */
  readonly categories: Float32Array;
  /** Number of interactions of each user. */
  readonly activity: Int32Array;
}

const fewest = 4;
const most = 60;

/** Draws the users: a leading and a second style, topic and category each, and a long-tailed activity. */
export function drawUserTastes(numUsers: number, rng: Rng): UserTastes {
  return {
    numUsers,
    styles: drawMixtures(numUsers, styles.length, rng.stream('styles')),
    topics: drawMixtures(numUsers, topics.length, rng.stream('topics')),
    categories: drawMixtures(numUsers, categories.length, rng.stream('categories')),
    activity: drawActivity(numUsers, rng.stream('activity')),
  };
}

/** Rows with a share of 0.6–0.9 on one factor and the rest on another. */
function drawMixtures(numUsers: number, count: number, stream: RandomStream): Float32Array {
  const mixtures = new Float32Array(numUsers * count);
  for (let user = 0; user < numUsers; user++) {
    const leading = stream.integer(count);
    const second = (leading + 1 + stream.integer(count - 1)) % count;
    const share = 0.6 + 0.3 * stream.uniform();
    mixtures[user * count + leading] = share;
    mixtures[user * count + second] = 1 - share;
  }
  return mixtures;
}

/** Log-normal above a floor of 4, at most 60: about 6 on average. */
function drawActivity(numUsers: number, stream: RandomStream): Int32Array {
  return Int32Array.from({ length: numUsers }, () =>
    Math.min(most, fewest + Math.floor(Math.exp(0.5 + 0.8 * stream.normal()))),
  );
}
