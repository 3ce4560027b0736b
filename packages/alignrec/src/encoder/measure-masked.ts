import type { Rng } from '@mmrec/core';
import { crossEntropyOfRows } from '@mmrec/ops';
import { argMax, dispose, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { lengthOf, patchesOf, type CatalogueContent } from './catalogue-content.js';
import type { ContentEncoder } from './create-content-encoder.js';
import { maskPatches, maskTokens } from './mask-content.js';
import { packViews, type Targets, type View } from './pack-views.js';
import type { MaskingOptions } from './draw-views.js';

/** How well masked tokens of one modality are predicted. */
export interface MaskedFigures {
  /** Masked tokens that were measured. */
  readonly count: number;
  /** Mean of `−ln p(token)`, in nats. */
  readonly crossEntropy: number;
  /** Entropy of these tokens' frequencies: what the best constant prediction would come to. */
  readonly entropy: number;
  /** Share of tokens predicted right. */
  readonly accuracy: number;
  /** The same among the tokens other than the most frequent one. */
  readonly rareAccuracy: number;
  /** What the best constant answer is right in among those. */
  readonly rareConstant: number;
  /** Cross-entropy of the same masked tokens with the other modality hidden. */
  readonly hiddenCrossEntropy: number;
}

/** Masked-token figures of both modalities. */
export interface MaskedReport {
  readonly items: number;
  readonly image: MaskedFigures;
  readonly text: MaskedFigures;
}

/** Items measured at a time. */
const atOnce = 64;

/**
 * Masked-token prediction on some items, usually ones that the encoder did not learn from: patches are masked with
 * the text shown, tokens with the image shown, and each once more with the other modality hidden. Items that lack
 * one are left out.
 *
 * @param rounds - Times that each item is measured, with other masks; 4 by default.
 */
export function measureMasked(
  encoder: ContentEncoder,
  content: CatalogueContent,
  {
    items,
    rng,
    masking,
    rounds = 4,
  }: {
    readonly items: Int32Array;
    readonly rng: Rng;
    readonly masking: MaskingOptions;
    readonly rounds?: number;
  },
): MaskedReport {
  const { images, texts } = content;
  const whole = items.filter((item) => images.missing[item] === 0 && lengthOf(texts, item) > 0);
  const stream = rng.stream('masks');
  const numPatches = patchesOf(images);
  const tally = { image: createTally(), text: createTally() };
  for (let round = 0; round < rounds; round++) {
    for (let start = 0; start < whole.length; start += atOnce) {
      const views = Array.from(whole.subarray(start, start + atOnce)).flatMap((item): View[] => {
        const length = lengthOf(texts, item);
        const patches = Math.max(1, Math.round(masking.imageMask * numPatches));
        const tokens = Math.max(1, Math.round(masking.pairedTextMask * length));
        return [
          { item, maskedPatches: maskPatches(images.gridSize, patches, stream) },
          { item, maskedTokens: maskTokens(length, tokens, stream) },
        ];
      });
      const alone = views.map((view) => ({
        ...view,
        hideText: view.maskedPatches !== undefined,
        hideImage: view.maskedTokens !== undefined,
      }));
      for (const [shown, seen] of [
        [views, 'paired'],
        [alone, 'hidden'],
      ] as const) {
        const packed = packViews(content, shown);
        const scores = encoder.predict(packed);
        tally.image.add(seen, scores.patches, packed.maskedPatches);
        tally.text.add(seen, scores.tokens, packed.maskedTokens);
        dispose([scores.patches, scores.tokens]);
      }
    }
  }
  return {
    items: whole.length,
    image: tally.image.figures(),
    text: tally.text.figures(),
  };
}

function createTally() {
  const losses = { paired: 0, hidden: 0 };
  const counts = new Map<number, { all: number; right: number }>();
  let count = 0;
  return {
    add: (seen: 'paired' | 'hidden', scores: Tensor2D, { tokens }: Targets) => {
      const [each, best] = tidy((): Tensor[] => [
        crossEntropyOfRows(scores, tokens),
        argMax(scores, 1),
      ]);
      for (const loss of each!.dataSync()) losses[seen] += loss;
      const answers = best!.dataSync();
      dispose([each!, best!]);
      if (seen === 'hidden') return;
      count += tokens.length;
      tokens.forEach((token, at) => {
        let of = counts.get(token);
        if (!of) counts.set(token, (of = { all: 0, right: 0 }));
        of.all++;
        if (answers[at] === token) of.right++;
      });
    },
    figures: (): MaskedFigures => {
      const tokens = [...counts.values()].sort((a, b) => b.all - a.all);
      const rare = tokens.slice(1);
      const sum = (key: 'all' | 'right', of: typeof tokens) =>
        of.reduce((total, token) => total + token[key], 0);
      return {
        count,
        crossEntropy: losses.paired / count,
        entropy: tokens.reduce((all, { all: n }) => all - (n / count) * Math.log(n / count), 0),
        accuracy: sum('right', tokens) / count,
        rareAccuracy: sum('right', rare) / Math.max(sum('all', rare), 1),
        rareConstant: (rare[0]?.all ?? 0) / Math.max(sum('all', rare), 1),
        hiddenCrossEntropy: losses.hidden / count,
      };
    },
  };
}
