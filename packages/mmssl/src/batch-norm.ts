import { columnSums, combineColumns, withoutGradient } from '@mmrec/ops';
import {
  add,
  customGrad,
  div,
  mul,
  neg,
  rsqrt,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

type Save = (tensors: Tensor[]) => void;

/** A number a column: `[columns]`. */
type Row = Tensor1D;

/** A matrix's columns with mean 0 and variance 1, and what they were divided by: constants to gradients. */
export interface Standardized {
  /** x̂, `[rows, columns]` */
  readonly normal: Tensor2D;
  /** 1/σ, `[columns]` */
  readonly inverse: Row;
}

/** Added to variances, as in PyTorch's batch norm. */
const epsilon = 1e-5;

const columnMeans = (x: Tensor2D, y?: Tensor2D) => div<Row>(columnSums(x, y), x.shape[0]);

/** What {@link batchNorm} and {@link batchNormGradient} need to know of x. */
export function standardize(x: Tensor2D): Standardized {
  return withoutGradient(() =>
    tidy(() => {
      const mean = columnMeans(x);
      const centered = combineColumns(x, { center: mean });
      const inverse = rsqrt<Row>(add<Row>(columnMeans(centered, centered), epsilon));
      return { normal: combineColumns(centered, { scale: inverse }), inverse };
    }),
  );
}

/** A row added to each row of a matrix. */
export function addRow(x: Tensor2D, row: Row): Tensor2D {
  const operation = customGrad((...inputs) => ({
    value: combineColumns(inputs[0] as Tensor2D, { shift: inputs[1] as Row }),
    gradFunc: (dy: Tensor) => [dy.clone(), columnSums(dy as Tensor2D)],
  }));
  return operation(x, row) as Tensor2D;
}

/**
 * $P(u) = u - \bar u - \hat x\, \overline{u \hat x}$ with means over the columns, times `scale` if there is one,
 * and the second of the means.
 */
function project(u: Tensor2D, normal: Tensor2D, scale?: Row): { projected: Tensor2D; along: Row } {
  const along = columnMeans(u, normal);
  const factor = mul<Row>(along, scale ? neg(scale) : -1);
  const plus = { y: normal, factor };
  const projected = combineColumns(u, { center: columnMeans(u), plus, ...(scale && { scale }) });
  return { projected, along };
}

/**
 * Batch norm in training mode, $\gamma \hat x + \beta$, its gradient written out:
 * $\partial x = \gamma / \sigma\; P(\partial y)$.
 *
 * @param x - `[rows, columns]`
 * @param statistics - {@link standardize} of x.
 */
export function batchNorm(
  [x, scale, shift]: readonly [x: Tensor2D, scale: Row, shift: Row],
  statistics: Standardized,
): Tensor2D {
  const { normal, inverse } = statistics;
  const operation = customGrad((...inputs) => {
    const [, gamma, beta, save] = inputs as [Tensor2D, Row, Row, Save];
    save([normal, inverse, gamma]);
    return {
      value: combineColumns(normal, { scale: gamma, shift: beta }),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tidy(() => {
          const [hat, over, weight] = saved as [Tensor2D, Row, Row];
          const rows = hat.shape[0];
          const { projected, along } = project(dy as Tensor2D, hat, mul<Row>(weight, over));
          return [projected, mul(along, rows), columnSums(dy as Tensor2D)];
        }),
    };
  });
  return operation(x, scale, shift) as Tensor2D;
}

/**
 * The gradient that {@link batchNorm} passes on, $y = \gamma / \sigma\; P(u)$, as an operation that can be
 * differentiated itself: for u, for γ, and for x, on which both σ and the projection depend. With w the
 * gradient of y, $b = \overline{w \hat x}$, $c = \overline{u \hat x}$, $a = \overline{w P(u)}$:
 *
 * $$\partial u = \frac{\gamma}{\sigma} P(w), \quad \partial\gamma = \frac{n a}{\sigma}, \quad
 * \partial x = -\frac{\gamma}{\sigma^2} \bigl( c\,P(w) + b\,P(u) + a\,\hat x \bigr)$$
 *
 * @param x - `[rows, columns]`, as in the pass forward.
 * @param u - Gradient for the result of batch norm, `[rows, columns]`.
 */
export function batchNormGradient(
  [x, scale, u]: readonly [x: Tensor2D, scale: Row, u: Tensor2D],
  statistics: Standardized,
): Tensor2D {
  const { normal, inverse } = statistics;
  const operation = customGrad((...inputs) => {
    const [, gamma, gradient, save] = inputs as [Tensor2D, Row, Tensor2D, Save];
    const { projected, along } = project(gradient, normal);
    save([normal, inverse, gamma, projected, along]);
    return {
      value: mul(projected, mul(gamma, inverse)),
      gradFunc: (w: Tensor, saved: Tensor[]) => tidy(() => secondGradients(w, saved)),
    };
  });
  return operation(x, scale, u) as Tensor2D;
}

function secondGradients(w: Tensor, saved: Tensor[]): Tensor[] {
  const [normal, inverse, gamma, ofU, c] = saved as [Tensor2D, Row, Row, Tensor2D, Row];
  const { projected: ofW, along: b } = project(w as Tensor2D, normal);
  const a = columnMeans(w as Tensor2D, ofU);
  const factor = mul<Row>(gamma, inverse);
  const outer = mul<Row>(factor, mul(inverse, -1));
  const both = combineColumns(ofW, {
    scale: mul(outer, c),
    plus: { y: ofU, factor: mul(outer, b) },
  });
  const ofX = combineColumns(both, { plus: { y: normal, factor: mul(outer, a) } });
  const ofScale = mul(mul(a, normal.shape[0]), inverse);
  return [ofX, ofScale, combineColumns(ofW, { scale: factor })];
}
