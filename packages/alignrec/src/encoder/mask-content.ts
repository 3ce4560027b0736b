import type { RandomStream } from '@mmrec/core';

/** Smallest ratio of a block's sides. */
const flattest = 0.3;
/** Attempts to place a block before single patches fill the rest. */
const attempts = 10;

/**
 * Patches of an image to be masked, in rectangular blocks.
 *
 * Blocks of random place, area and proportions (0.3 to 1/0.3) are added until `count` patches are masked, none of
 * them making it more; where none fits any longer, single patches fill the rest.
 *
 * @param gridSize - Patches in a row or column.
 * @param count - Patches to mask, 0 … gridSize².
 * @returns Patch numbers in ascending order, `[count]`.
 * @see Bao et al., BEiT, ICLR 2022, algorithm 1. https://arxiv.org/abs/2106.08254
 */
export function maskPatches(gridSize: number, count: number, stream: RandomStream): Int32Array {
  const masked = new Uint8Array(gridSize * gridSize);
  let left = count;
  for (let failed = 0; left > 0 && failed < attempts;) {
    const block = drawBlock(gridSize, left, stream);
    const added = block.filter((patch) => masked[patch] === 0);
    if (added.length === 0) failed++;
    for (const patch of added) masked[patch] = 1;
    left -= added.length;
  }
  while (left > 0) {
    const patch = stream.integer(masked.length);
    if (masked[patch] === 1) continue;
    masked[patch] = 1;
    left--;
  }
  return positionsOf(masked);
}

/** Patches of a rectangle of at most `area` patches. */
function drawBlock(gridSize: number, area: number, stream: RandomStream): number[] {
  const wanted = 1 + stream.uniform() * (area - 1);
  const ratio = Math.exp((2 * stream.uniform() - 1) * Math.log(1 / flattest));
  const side = (size: number, most: number) => Math.max(1, Math.min(Math.round(size), most));
  const height = side(Math.sqrt(wanted * ratio), Math.min(gridSize, area));
  const width = side(wanted / height, Math.min(gridSize, Math.floor(area / height)));
  const top = stream.integer(gridSize - height + 1);
  const left = stream.integer(gridSize - width + 1);
  return Array.from(
    { length: height * width },
    (_, at) => (top + Math.floor(at / width)) * gridSize + left + (at % width),
  );
}

/**
 * Tokens of a text to be masked: `count` different ones.
 *
 * @param length - Tokens of the text.
 * @returns Positions in ascending order, `[count]`.
 */
export function maskTokens(length: number, count: number, stream: RandomStream): Int32Array {
  const order = stream.shuffle(Int32Array.from({ length }, (_, position) => position));
  return order.slice(0, count).sort();
}

function positionsOf(flags: Uint8Array): Int32Array {
  const all = Int32Array.from(flags, (_, position) => position);
  return all.filter((position) => flags[position] === 1);
}
