import {
  add,
  customGrad,
  fill,
  matMul,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

type Save = (tensors: Tensor[]) => void;

/** A row vector: `[columns]`. */
type Row = Tensor1D;

/**
 * Means of the columns, `[columns]`. By a product: summing along the first axis, the back ends transpose
 * the matrix first.
 */
export function columnMeans(x: Tensor2D): Row {
  return meansTimes(x, 1);
}

function meansTimes(x: Tensor2D, factor: number): Row {
  const [rows, columns] = x.shape;
  return reshape(matMul(fill([1, rows], factor / rows) as Tensor2D, x), [columns]);
}

const columnSums = (x: Tensor2D) => meansTimes(x, x.shape[0]);

/** A row added to each row of a matrix. */
export function addRow(x: Tensor2D, row: Row): Tensor2D {
  const operation = customGrad((...inputs) => {
    const [matrix, vector] = inputs as [Tensor2D, Row];
    return {
      value: add(matrix, vector),
      gradFunc: (dy: Tensor) => [dy.clone(), columnSums(dy as Tensor2D)],
    };
  });
  return operation(x, row) as Tensor2D;
}

/** Each row of a matrix times a row, number by number. */
export function multiplyRow(x: Tensor2D, row: Row): Tensor2D {
  const operation = customGrad((...inputs) => {
    const [matrix, vector, save] = inputs as [Tensor2D, Row, Save];
    save([matrix, vector]);
    return {
      value: mul(matrix, vector),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [
        mul(dy, saved[1]!),
        columnSums(mul(dy, saved[0]!)),
      ],
    };
  });
  return operation(x, row) as Tensor2D;
}

/** A matrix whose columns have mean 0 and variance 1, and what they were divided by. */
export interface Standardized {
  /** `[rows, columns]` */
  readonly normal: Tensor2D;
  /** One over the columns' deviations, `[columns]`. */
  readonly inverse: Row;
}

/** Added to variances, as in PyTorch's batch norm. */
const epsilon = 1e-5;

/** Batch norm in training mode without its scale and shift. */
export function standardizeColumns(x: Tensor2D): Standardized {
  const centered = addRow(x, mul<Row>(columnMeans(x), -1));
  const inverse = rsqrt<Row>(add<Row>(columnMeans(square(centered)), epsilon));
  return { normal: multiplyRow(centered, inverse), inverse };
}

/**
 * The gradient that {@link standardizeColumns} passes on, written out, so that it can be differentiated
 * once more: $\partial x = (g - \bar g - \hat x\, \overline{g \hat x}) / \sigma$. The columns' means tie
 * the rows of a batch together.
 */
export function standardizeGradient({ normal, inverse }: Standardized, g: Tensor2D): Tensor2D {
  const along = multiplyRow(normal, columnMeans(mul(g, normal)));
  return multiplyRow(addRow(sub(g, along), mul<Row>(columnMeans(g), -1)), inverse);
}
