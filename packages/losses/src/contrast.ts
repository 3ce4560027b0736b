import { l2NormalizeRows, logSumExpOfProducts } from '@mmrec/ops';
import { div, mul, sub, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { InfoNceOptions } from './info-nce-options.js';

/** What is contrasted with what. */
interface Contrast {
  /** `[batch, d]` */
  readonly anchors: Tensor2D;
  /** `[batch, d]`, rows of length 1. */
  readonly positives: Tensor2D;
  /** `[n, d]`, rows of length 1. */
  readonly candidates: Tensor2D;
}

/** −ln of the share of each anchor's positive among its candidates, `[batch]`. Call it in a `tidy`. */
export function contrast(
  { anchors, positives, candidates }: Contrast,
  { temperature, blockSize }: InfoNceOptions,
): Tensor1D {
  const scaled = div<Tensor2D>(l2NormalizeRows(anchors), temperature);
  const all = logSumExpOfProducts(scaled, candidates, blockSize);
  return sub(all, sum(mul(scaled, positives), 1));
}
