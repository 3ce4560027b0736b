import { checkGradient, eachBackend } from '@mmrec/test-utils';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { crossModalAttention } from './attention.js';
import { multiply, normals, rowsOf } from './test-numbers.js';

const [n, d, numHeads] = [3, 4, 2];

/** x W for a vector x. */
const times = (x: readonly number[], w: Float64Array) => multiply([x], rowsOf(w, d))[0]!;

/** By its definition, one node and one head at a time. */
function reference(...inputs: Float64Array[]): number[] {
  const [query, key, output, ...views] = inputs as [Float64Array, Float64Array, Float64Array];
  const width = d / numHeads;
  return Array.from({ length: n }, (_, node) => {
    const rows = (views as Float64Array[]).map((view) => [
      ...view.subarray(node * d, (node + 1) * d),
    ]);
    const sum = new Array<number>(d).fill(0);
    for (const from of rows) {
      for (let head = 0; head < numHeads; head++) {
        const part = (x: readonly number[]) => x.slice(head * width, (head + 1) * width);
        const q = part(times(from, query));
        const powers = rows.map((to) => {
          const k = part(times(to, key));
          return Math.exp(q.reduce((all, x, at) => all + x * k[at]!, 0) / Math.sqrt(width));
        });
        const total = powers.reduce((a, b) => a + b, 0);
        rows.forEach((to, other) => {
          part(to).forEach((x, at) => (sum[head * width + at]! += (powers[other]! / total) * x));
        });
      }
    }
    return times(
      sum.map((x) => x / rows.length),
      output,
    );
  }).flat();
}

eachBackend(() => {
  it.each([1, 2, 3])('attends to %i modalities by its definition', (count) => {
    const views = Array.from({ length: count }, (_, at) => normals(`view ${at}`, [n, d]));
    const weights = ['query', 'key', 'output'].map((name) => normals(name, [d, d]));
    checkGradient({
      inputs: [...weights, ...views],
      loss: (...inputs) => {
        const [query, key, output, ...rest] = inputs as [Tensor2D, Tensor2D, Tensor2D];
        return crossModalAttention(rest, { query, key, output }, numHeads);
      },
      reference,
      // With one modality there is nothing to choose between.
      ...(count === 1 && { constant: [0, 1] }),
    });
  });
});
