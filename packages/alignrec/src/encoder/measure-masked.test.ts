import { createRng } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ContentEncoder } from './create-content-encoder.js';
import { measureMasked } from './measure-masked.js';
import type { Targets } from './pack-views.js';
import { toyContent } from './toy-content.js';

const content = toyContent(40);
const masking = { imageMask: 0.5, pairedTextMask: 0.5, aloneTextMask: 0.5, alone: 0 };
const items = Int32Array.from({ length: 40 }, (_, item) => item);

/** Says the same of every place, or, as an oracle, what is there. */
function talker({ answer, oracle = false }: { answer: number; oracle?: boolean }): ContentEncoder {
  const scores = ({ tokens }: Targets, classes: number) => {
    const data = new Float32Array(tokens.length * classes);
    tokens.forEach((token, at) => (data[at * classes + (oracle ? token : answer)] = 3));
    return tensor2d(data, [tokens.length, classes]);
  };
  return {
    ...{ parameters: {}, width: 1, losses: () => ({}), dispose: () => undefined },
    encode: () => tensor2d([[0]]),
    predict: ({ maskedPatches, maskedTokens }) => ({
      patches: scores(maskedPatches, content.images.numTokens),
      tokens: scores(maskedTokens, content.texts.numTokens),
    }),
  };
}

describe('measureMasked', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });
  const measure = (encoder: ContentEncoder, rounds = 3) =>
    measureMasked(encoder, content, { items, rng: createRng(1), masking, rounds });

  it('gives an encoder that knows everything full marks', () => {
    const { image, text, items: measured } = measure(talker({ answer: 0, oracle: true }));
    expect(measured).toBe(40);
    // Two of four patches, three rounds.
    expect(image.count).toBe(40 * 2 * 3);
    for (const [figures, classes] of [
      [image, content.images.numTokens],
      [text, content.texts.numTokens],
    ] as const) {
      expect([figures.accuracy, figures.rareAccuracy]).toEqual([1, 1]);
      expect(figures.crossEntropy).toBeCloseTo(Math.log(Math.exp(3) + classes - 1) - 3, 4);
      expect(figures.hiddenCrossEntropy).toBeCloseTo(figures.crossEntropy, 6);
    }
  });

  it('gives a constant answer its share, and nothing beside the most frequent token', () => {
    const frequencies = new Map<number, number>();
    const probe = talker({ answer: 0 });
    measure({
      ...probe,
      predict: (views) => {
        for (const token of views.maskedPatches.tokens) {
          frequencies.set(token, (frequencies.get(token) ?? 0) + 1);
        }
        return probe.predict(views);
      },
    });
    // Every view is shown twice: once paired and once alone.
    const counts = [...frequencies].map(([token, count]) => [token, count / 2] as const);
    counts.sort((a, b) => b[1] - a[1]);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const { image } = measure(talker({ answer: counts[0]![0] }));
    expect(image.count).toBe(total);
    expect(image.accuracy).toBeCloseTo(counts[0]![1] / total, 6);
    expect(image.rareAccuracy).toBe(0);
    expect(image.rareConstant).toBeCloseTo(counts[1]![1] / (total - counts[0]![1]), 6);
    const entropy = counts.reduce(
      (sum, [, count]) => sum - (count / total) * Math.log(count / total),
      0,
    );
    expect(image.entropy).toBeCloseTo(entropy, 6);
  });

  it('leaves out items that lack a modality', () => {
    const gaps = toyContent(40);
    gaps.images.missing.fill(1, 0, 30);
    const report = measureMasked(talker({ answer: 0 }), gaps, {
      ...{ items, rng: createRng(1), masking },
    });
    expect(report.items).toBe(10);
  });
});
