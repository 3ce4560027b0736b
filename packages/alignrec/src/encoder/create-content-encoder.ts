import type { LossTerms, Rng } from '@mmrec/core';
import {
  attendGroups,
  crossEntropyOfRows,
  gatherRows,
  gelu,
  linear,
  standardizeRows,
} from '@mmrec/ops';
import {
  add,
  concat,
  dispose,
  mean,
  mul,
  scalar,
  slice,
  tensor2d,
  tidy,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { patchesOf, type CatalogueContent } from './catalogue-content.js';
import { encoderOptions, type EncoderOptions } from './encoder-options.js';
import { createParameters, layersOf, type ContentSizes } from './encoder-parameters.js';
import type { PackedViews, Targets } from './pack-views.js';

/** An encoder of images and texts. */
export interface ContentEncoder {
  /** Trainable variables by name. */
  readonly parameters: Readonly<Record<string, Variable>>;
  readonly width: number;
  /** Terms of L_ICA for some views. The caller disposes them. */
  losses(views: PackedViews): LossTerms;
  /** Scores of all tokens for what is masked in some views; the caller disposes them. */
  predict(views: PackedViews): { readonly patches: Tensor2D; readonly tokens: Tensor2D };
  /** The [CLS] states of some views, `[views, width]`. The caller disposes it. */
  encode(views: PackedViews): Tensor2D;
  dispose(): void;
}

/** Sizes of the encoder for a catalogue. */
export function sizesOf({ images, texts }: CatalogueContent): ContentSizes {
  return {
    numPatches: patchesOf(images),
    patchColumns: images.columns,
    numVisualTokens: images.numTokens,
    maxTokens: texts.maxTokens,
    numTokens: texts.numTokens,
  };
}

/**
 * A multiway transformer over image patches and text tokens, after BEiT-3: all attend to all in every layer, the
 * lower layers have a feed-forward expert for each modality ([CLS] goes with the image), the upper ones one for
 * both.
 *
 * $$x \leftarrow x + W_o\,\mathrm{attention}(W_{qkv} \hat x), \qquad x \leftarrow x + F_{m(x)}(\hat x)$$
 *
 * with $\hat x$ the rows at mean 0 and variance 1. The objective predicts what is masked, of the patches their
 * tokens in the codebook, from the states at the masked places: $L_{ICA} = L_{MIM} + L_{MLM}$. Besides, weighted with
 * `clsWeight`, the state of [CLS] has to tell all tokens of an image (a text) some of whose tokens are masked, in no
 * order: so that it holds what both modalities tell, when nothing is masked as well.
 *
 * **Deviations** from AlignRec, which takes BEiT-3's weights as they are: the terms from [CLS] (BEiT v2 has such
 * for images; without them nothing is asked of [CLS]), layer normalisation without gain and bias, and one query,
 * key and value projection for both modalities.
 *
 * @param sizes - Of the catalogue's images, texts and vocabularies.
 * @throws {TypeError | RangeError} For an unknown option, or one out of range.
 * @see Wang et al., Image as a foreign language: BEiT-3, CVPR 2023, §2. https://arxiv.org/abs/2208.10442
 * @see Peng et al., BEiT v2, 2022, §3.3. https://arxiv.org/abs/2208.06366
 * @see Liu et al., AlignRec, CIKM 2024, §3.2. https://arxiv.org/abs/2403.12384
 */
export function createContentEncoder(
  { sizes, rng }: { readonly sizes: ContentSizes; readonly rng: Rng },
  options: Partial<EncoderOptions> = {},
): ContentEncoder {
  const given = encoderOptions.resolve('createContentEncoder', options);
  const { width: d, heads, clsWeight } = given;
  if (d % (4 * heads) !== 0) {
    throw new RangeError(
      `createContentEncoder: width must be a multiple of 4 · heads, got ${d} for ${heads} heads.`,
    );
  }
  const parameters = createParameters({ sizes, rng }, given);
  const layers = layersOf(given);
  const matrix = (name: string) => parameters[name] as Tensor2D;
  const apply = (name: string, x: Tensor2D) =>
    linear(x, matrix(`${name}/weight`), parameters[`${name}/bias`] as unknown as Tensor1D);
  const feedForward = (name: string, x: Tensor2D) =>
    apply(`${name}/out`, gelu(apply(`${name}/in`, x)));

  /** Rows of the images, then of the texts, before the first layer. */
  function embed({ pixels, places, masked, tokens, positions }: PackedViews): Tensor2D {
    const patches = apply('patches', tensor2d(pixels, [places.length, sizes.patchColumns]));
    const where = gatherRows(matrix('places'), places);
    const images = add<Tensor2D>(add(patches, where), gatherRows(matrix('marks'), masked));
    if (tokens.length === 0) return images;
    const words = gatherRows(matrix('tokens'), tokens);
    return concat([images, add<Tensor2D>(words, gatherRows(matrix('positions'), positions))], 0);
  }

  /** Each modality's rows through its expert. */
  function feedByModality(name: string, x: Tensor2D, imageRows: number): Tensor2D {
    const textRows = x.shape[0] - imageRows;
    if (textRows === 0) return feedForward(`${name}/image`, x);
    const images = slice(x, [0, 0], [imageRows, d]);
    const texts = slice(x, [imageRows, 0], [textRows, d]);
    return concat([feedForward(`${name}/image`, images), feedForward(`${name}/text`, texts)], 0);
  }

  /** Final states of all rows, `[rows, d]`. */
  function states(views: PackedViews): Tensor2D {
    let x = embed(views);
    for (const { name, experts } of layers) {
      const asked = apply(`${name}/attention/in`, standardizeRows(x));
      const told = attendGroups(asked, views.groups, heads);
      x = add(x, apply(`${name}/attention/out`, told));
      const rows = standardizeRows(x);
      const fed =
        experts.length === 1
          ? feedForward(`${name}/fusion`, rows)
          : feedByModality(name, rows, views.places.length);
      x = add(x, fed);
    }
    return standardizeRows(x);
  }

  const clsOf = (h: Tensor2D, { cls }: PackedViews) => gatherRows(h, cls);

  function losses(views: PackedViews): LossTerms {
    const h = states(views);
    const meanLoss = (logits: Tensor2D, { tokens }: Targets) =>
      mean<Scalar>(crossEntropyOfRows(logits, tokens));
    const cls = clsOf(h, views);
    const terms: Record<string, Scalar> = {};
    const modalities = [
      { term: 'maskedImage', head: 'patches', targets: views.maskedPatches, all: views.allPatches },
      { term: 'maskedText', head: 'tokens', targets: views.maskedTokens, all: views.allTokens },
    ] as const;
    for (const { term, head, targets, all } of modalities) {
      if (targets.rows.length === 0) {
        terms[term] = scalar(0);
        continue;
      }
      terms[term] = meanLoss(apply(`predict/${head}`, gatherRows(h, targets.rows)), targets);
      if (clsWeight === 0) continue;
      const recalled = gatherRows(apply(`recall/${head}`, cls), all.views);
      terms[`${term}FromCls`] = mul(meanLoss(recalled, all), clsWeight);
    }
    return terms;
  }

  return {
    parameters,
    width: d,
    losses: (views) => tidy(() => losses(views)),
    predict: (views) =>
      tidy(() => {
        const h = states(views);
        return {
          patches: apply('predict/patches', gatherRows(h, views.maskedPatches.rows)),
          tokens: apply('predict/tokens', gatherRows(h, views.maskedTokens.rows)),
        };
      }),
    encode: (views) => tidy(() => clsOf(states(views), views)),
    dispose: () => void dispose(Object.values(parameters)),
  };
}
