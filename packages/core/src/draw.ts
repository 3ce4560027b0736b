import { philox, type RngKey } from './philox.js';

/** What the numbers of a {@link Draw} are distributed like. */
export type Distribution =
  /** Uniform in `[0, 1)`, multiples of 2⁻²⁴. */
  | { readonly kind: 'uniform' }
  /** Standard normal. */
  | { readonly kind: 'normal' }
  /** Standard Gumbel, `−ln(−ln u)`. */
  | { readonly kind: 'gumbel' }
  /** 0 with probability `rate`, else `1 / (1 − rate)`: a multiplicative dropout mask. */
  | { readonly kind: 'dropout'; readonly rate: number };

/**
 * Random numbers of a known shape, drawn but not yet made. Element `e` (row-major) depends on the
 * key and on `e` only, so a kernel can make just the rows that it needs, where it needs them.
 * Recorded numbers stand in for the key when an experiment is replayed.
 */
export interface Draw {
  readonly shape: readonly number[];
  readonly distribution: Distribution;
  readonly source: { readonly key: RngKey } | { readonly values: Float32Array };
}

/** Number of elements of a shape. */
const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Makes all numbers of a draw, `[product of shape]`. */
export function drawValues(draw: Draw): Float32Array {
  if ('values' in draw.source) return draw.source.values;
  const out = new Float32Array(sizeOf(draw.shape));
  fillDraw(draw, 0, out);
  return out;
}

/**
 * Makes the numbers of some rows of a draw of rank 2.
 *
 * @param rows - Row numbers; a row may occur more than once and is the same each time.
 * @returns `[rows.length · columns]`, row-major.
 */
export function drawRows(draw: Draw, rows: Int32Array): Float32Array {
  const columns = draw.shape[1]!;
  const out = new Float32Array(rows.length * columns);
  const { source } = draw;
  for (let at = 0; at < rows.length; at++) {
    const start = rows[at]! * columns;
    const target = out.subarray(at * columns, (at + 1) * columns);
    if ('values' in source) target.set(source.values.subarray(start, start + columns));
    else fillDraw(draw, start, target);
  }
  return out;
}

/** Smallest word, shifted right by 8, that a dropout mask keeps. */
export function dropoutThreshold(rate: number): number {
  return Math.round(rate * 0x1000000);
}

function fillDraw({ source, distribution }: Draw, start: number, out: Float32Array): void {
  if ('values' in source) throw new Error('fillDraw: a recorded draw has no key.');
  const words = new Uint32Array(4);
  let block = -1;
  const word = (element: number) => {
    const wanted = Math.floor(element / 4);
    if (wanted !== block) philox(source.key, (block = wanted), words);
    return words[element % 4]!;
  };
  switch (distribution.kind) {
    case 'uniform':
      for (let at = 0; at < out.length; at++) out[at] = (word(start + at) >>> 8) / 0x1000000;
      break;
    case 'dropout': {
      const threshold = dropoutThreshold(distribution.rate);
      const scale = 1 / (1 - distribution.rate);
      for (let at = 0; at < out.length; at++)
        out[at] = word(start + at) >>> 8 >= threshold ? scale : 0;
      break;
    }
    case 'gumbel':
      for (let at = 0; at < out.length; at++)
        out[at] = -Math.log(-Math.log(openUniform(word(start + at))));
      break;
    case 'normal':
      // Box–Muller on the two halves of a pair of words: element e uses words 2e and 2e + 1.
      for (let at = 0; at < out.length; at++) {
        const radius = Math.sqrt(-2 * Math.log(openUniform(word(2 * (start + at)))));
        out[at] = radius * Math.cos((2 * Math.PI * word(2 * (start + at) + 1)) / 0x100000000);
      }
      break;
  }
}

/** A number strictly between 0 and 1. */
function openUniform(word: number): number {
  return (word + 0.5) / 0x100000000;
}
