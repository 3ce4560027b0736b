import { checkIndices, checkShape } from '@mmrec/core';
import { gatherRows, logSumExpOfProducts } from '@mmrec/ops';
import {
  div,
  matMul,
  maximum,
  mul,
  rsqrt,
  sub,
  sum,
  tidy,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { infoNceOptions, type InfoNceOptions } from './info-nce-options.js';

/** Rows `coefficients · basis` of a matrix of low rank, which is never made. */
export interface FactoredRows {
  /** `[n, r]` */
  readonly coefficients: Tensor2D;
  /** `[r, d]` */
  readonly basis: Tensor2D;
}

/** Rows for {@link factoredInfoNceLoss}. */
export interface FactoredInfoNceRows {
  /** `batch` rows. */
  readonly anchors: FactoredRows;
  /** What the positives compete with: all rows of a table, the positives included. */
  readonly candidates: FactoredRows;
  /** The candidate that belongs to each anchor, `[batch]`. */
  readonly positives: Int32Array;
}

/** The square of the smallest norm to divide by: 1e-12, as in `l2NormalizeRows`. */
const smallestSquare = 1e-24;

/**
 * InfoNCE loss of each anchor against all candidates, in nats, when the rows are products of low rank
 * $X B$ and $Y C$: hypergraph messages from a few hyperedges, or any mixture of a few vectors.
 *
 * $$\ell_i = -\ln \frac{\exp(\cos(x_i B, y_{p_i} C) / \tau)}{\sum_{j} \exp(\cos(x_i B, y_j C) / \tau)}
 * \qquad \cos(x B, y C) = \frac{x\, (B C^{\top})\, y^{\top}}{\sqrt{x B B^{\top} x^{\top}} \sqrt{y C C^{\top} y^{\top}}}$$
 *
 * The value of `infoNceAgainstAllLoss` on the products, with inner products of length r instead of d:
 * with LGMRec's 4 hyperedges and 64 columns, a sixteenth of the work. Not reduced.
 *
 * @param rows - Anchors, candidates, and which candidate is whose positive.
 * @param options - `temperature` (0.2) and `blockSize` (2048).
 * @returns Loss per anchor, `[batch]`, ≥ 0.
 * @throws {RangeError} If the shapes don't fit, a positive is no candidate, or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see Guo et al., LGMRec, AAAI 2024, eq. 13. https://arxiv.org/abs/2312.16400
 * @example
 * ```ts
 * const candidates = { coefficients: tf.tensor2d([[1], [2], [-3]]), basis: tf.tensor2d([[3, 4]]) };
 * const anchors = { coefficients: tf.tensor2d([[5]]), basis: tf.tensor2d([[6, 8]]) };
 * const positives = Int32Array.of(1);
 * factoredInfoNceLoss({ anchors, candidates, positives }, { temperature: 1 }) // => [0.7586]
 * ```
 */
export function factoredInfoNceLoss(
  { anchors, candidates, positives }: FactoredInfoNceRows,
  options: Partial<InfoNceOptions> = {},
): Tensor1D {
  const where = 'factoredInfoNceLoss';
  const { temperature, blockSize } = infoNceOptions.resolve(where, options);
  const columns = anchors.basis.shape[1];
  checkFactors(where, { anchors }, [positives.length, columns]);
  checkFactors(where, { candidates }, [null, columns]);
  checkIndices(where, { positives }, candidates.coefficients.shape[0]);
  return tidy(() => {
    const metric = matMul(anchors.basis, candidates.basis, false, true); // [r, s]
    const x = div<Tensor2D>(matMul(normalized(anchors), metric), temperature); // [batch, s]
    const y = normalized(candidates); // [n, s]
    const all = logSumExpOfProducts(x, y, blockSize);
    return sub<Tensor1D>(all, sum(mul(x, gatherRows(y, positives)), 1));
  });
}

/** Coefficients of the rows divided by their norms, `[n, r]`. */
function normalized({ coefficients, basis }: FactoredRows): Tensor2D {
  const gram = matMul(basis, basis, false, true);
  const squares = sum(mul(matMul(coefficients, gram), coefficients), 1, true); // [n, 1]
  return mul(coefficients, rsqrt(maximum(squares, smallestSquare)));
}

function checkFactors(
  where: string,
  rows: Readonly<Record<string, FactoredRows>>,
  [count, columns]: readonly [number | null, number],
): void {
  for (const [name, { coefficients, basis }] of Object.entries(rows)) {
    checkShape(where, { [`${name}.basis`]: basis }, [null, columns]);
    checkShape(where, { [`${name}.coefficients`]: coefficients }, [count, basis.shape[0]]);
  }
}
