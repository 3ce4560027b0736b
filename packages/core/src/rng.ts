import type { Draw } from './draw.js';
import { philox, type RngKey } from './philox.js';

/**
 * Random numbers by name. Forking by name makes an independent source; drawing by name from one
 * source gives the same numbers each time. Nothing advances, so a new draw moves no other, and the
 * key is the whole state.
 */
export interface Rng {
  /** An independent source, named within this one. */
  fork(name: string): Rng;
  /** Uniform numbers in `[0, 1)`. */
  uniform(name: string, shape: readonly number[]): Draw;
  /** Standard normal numbers. */
  normal(name: string, shape: readonly number[]): Draw;
  /** Standard Gumbel numbers. */
  gumbel(name: string, shape: readonly number[]): Draw;
  /** Multiplicative dropout mask: 0 with probability `rate`, else `1 / (1 − rate)`. */
  dropoutMask(name: string, shape: readonly number[], rate: number): Draw;
  /** A sequence of numbers, for shuffling and sampling. */
  stream(name: string): RandomStream;
  /** A seed for a library's own generator, `1 … 2³¹ − 1` (never 0: TensorFlow.js ignores a seed of 0). */
  nextSeed(name: string): number;
  /** The state; {@link createRng} takes it back. */
  readonly key: RngKey;
}

/** A sequence of random numbers. */
export interface RandomStream {
  /** An integer from 0 to `below − 1`, unbiased. `below` is at most 2³². */
  integer(below: number): number;
  /** A number in `[0, 1)` with 53 random bits. */
  uniform(): number;
  /** A standard normal number. */
  normal(): number;
  /** Shuffles in place (Fisher–Yates) and returns its argument. */
  shuffle<T extends Int32Array | unknown[]>(values: T): T;
}

/**
 * A source of random numbers.
 *
 * @param seed - Any integer from 0 to 2⁵³ − 1, or the `key` of another source.
 * @throws {RangeError} If the seed is not such an integer.
 * @example
 * ```ts
 * const rng = createRng(1).fork('example');
 * drawValues(rng.dropoutMask('mask', [4], 0.5)).length // => 4
 * ```
 */
export function createRng(seed: number | RngKey): Rng {
  if (typeof seed === 'number') {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`createRng: seed must be an integer from 0 to 2^53 - 1, got ${seed}.`);
    }
    return fromKey(hash([0, 0], `seed/${seed}`));
  }
  return fromKey([seed[0] >>> 0, seed[1] >>> 0]);
}

function fromKey(key: RngKey): Rng {
  const source = (name: string) => ({ key: hash(key, name) });
  return {
    key,
    fork: (name) => fromKey(hash(key, name)),
    uniform: (name, shape) => ({ shape, distribution: { kind: 'uniform' }, source: source(name) }),
    normal: (name, shape) => ({ shape, distribution: { kind: 'normal' }, source: source(name) }),
    gumbel: (name, shape) => ({ shape, distribution: { kind: 'gumbel' }, source: source(name) }),
    dropoutMask: (name, shape, rate) => {
      if (!(rate >= 0 && rate < 1)) {
        throw new RangeError(`dropoutMask: rate must be a number ≥ 0 and < 1, got ${rate}.`);
      }
      return { shape, distribution: { kind: 'dropout', rate }, source: source(name) };
    },
    stream: (name) => createStream(hash(key, name)),
    nextSeed: (name) => 1 + createStream(hash(key, name)).integer(0x7fffffff),
  };
}

/** Key for a name within a key: the name's bytes absorbed, eight at a time, by Philox. */
function hash([k0, k1]: RngKey, name: string): RngKey {
  const bytes = new TextEncoder().encode(name);
  const words = new Uint32Array(4);
  let key: RngKey = [k0, k1];
  for (let at = 0; at <= bytes.length; at += 4) {
    // The block number carries the next four bytes and, in its high word, how many are left, so
    // that no name is another's prefix.
    let chunk = 0;
    for (let byte = 3; byte >= 0; byte--) chunk = chunk * 256 + (bytes[at + byte] ?? 0);
    philox(key, chunk + Math.min(bytes.length - at, 0xfffff) * 0x100000000, words);
    key = [words[0]!, words[1]!];
  }
  return key;
}

function createStream(key: RngKey): RandomStream {
  const words = new Uint32Array(4);
  let position = 0;
  const word = () => {
    if (position % 4 === 0) philox(key, position / 4, words);
    return words[position++ % 4]!;
  };
  const uniform = () => (word() * 0x200000 + (word() >>> 11)) / 0x20000000000000;
  const integer = (below: number) => {
    // Words past the last whole multiple of `below` would favour small numbers: draw again.
    const limit = 0x100000000 - (0x100000000 % below);
    let drawn = word();
    while (drawn >= limit) drawn = word();
    return drawn % below;
  };
  return {
    integer,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (values) => {
      for (let last = values.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [values[last], values[other]] = [values[other]!, values[last]!];
      }
      return values;
    },
  };
}
