import { checkShape } from '@mmrec/core';
import {
  concat,
  customGrad,
  expandDims,
  matMul,
  mul,
  slice,
  sum,
  tidy,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * Squared Euclidean norms of the rows of a product $A B^\top$, without making the product.
 *
 * $$n_r = \lVert A_r B^\top \rVert^2 = A_r (B^\top B) A_r^\top$$
 *
 * Cost: about ½ d² · columns + d² · rows multiplications and d² · columns + ½ d² · rows backwards (rows
 * and columns being the product's), instead of d · rows · columns and twice that: less when d is smaller
 * than the product's sides. Memory: two d × d matrices.
 *
 * $B^\top B$ rounds like a sum of squares: a norm that is tiny beside ‖A_r‖ ‖B‖ loses its digits.
 *
 * @param a - `[rows, d]`, float32.
 * @param b - `[columns, d]`, float32.
 * @returns `[rows]`.
 * @throws {RangeError} If the widths differ.
 * @example
 * ```ts
 * squaredNormsOfProduct(tf.tensor2d([[1, 2], [0, 3]]), tf.tensor2d([[1, 0], [1, 1]])) // => [10, 9]
 * ```
 */
export function squaredNormsOfProduct(a: Tensor2D, b: Tensor2D): Tensor1D {
  checkShape('squaredNormsOfProduct', { a }, [null, null]);
  checkShape('squaredNormsOfProduct', { b }, [null, a.shape[1]]);
  const operation = customGrad((...inputs) => {
    const [left, right, save] = inputs as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const product = matMul(left, symmetricProduct(right, right)); // [rows, d]
    save([left, right, product]);
    return { value: sum(mul(product, left), 1), gradFunc: gradients };
  });
  return operation(a, b) as Tensor1D;
}

/** With $s = 2\,\mathrm{d}n$: $s \odot A B^\top B$ for A and $B\,(A^\top (s \odot A))$ for B. */
function gradients(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [a, b, product] = saved as [Tensor2D, Tensor2D, Tensor2D];
  return tidy(() => {
    const twice = expandDims(mul(dy, 2), 1); // [rows, 1]
    const weighted = mul<Tensor2D>(a, twice);
    return [mul(product, twice), matMul(b, symmetricProduct(a, weighted))];
  });
}

/** Widths from which it pays to make only half of a symmetric product, and the blocks a side. */
const halvingWidth = 512;
const blocks = 8;

/**
 * The symmetric product $X^\top \mathrm{diag}(w) X$, from X and diag(w) X. Of wide matrices only the
 * blocks on and below the diagonal are multiplied.
 *
 * @param x - `[n, d]`, float32.
 * @param weighted - `[n, d]`: x with its rows multiplied by weights.
 * @returns `[d, d]`. No gradient flows through it.
 */
function symmetricProduct(x: Tensor2D, weighted: Tensor2D): Tensor2D {
  const [n, d] = x.shape;
  if (d < halvingWidth) return matMul(x, weighted, true);
  return tidy(() => {
    const starts = Array.from({ length: blocks + 1 }, (_, at) => Math.floor((at * d) / blocks));
    // Blocks of columns are whole rows of the transpose, which are copied much faster.
    const blocksOf = (matrix: Tensor2D) => {
      const turned = transpose(matrix);
      return starts.slice(1).map((end, at): Tensor2D => {
        const start = starts[at]!;
        return slice(turned, [start, 0], [end - start, n]);
      });
    };
    const left = blocksOf(x);
    const right = weighted === x ? left : blocksOf(weighted);
    const below = left.map((rows, at) =>
      right.slice(0, at + 1).map((columns): Tensor2D => matMul(rows, columns, false, true)),
    );
    const lines = left.map((_, row) =>
      concat(
        left.map((__, column) =>
          column <= row ? below[row]![column]! : transpose(below[column]![row]!),
        ),
        1,
      ),
    );
    return concat(lines, 0) as Tensor2D;
  });
}
