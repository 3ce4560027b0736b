import { checkShape } from '@mmrec/core';
import {
  concat,
  customGrad,
  expandDims,
  matMul,
  mul,
  pad,
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
 * Cost: d² · columns + 2 d² · rows multiplications and half of the first again (rows, columns being
 * those of the product), as much backwards, instead of three times d · rows · columns: less when d is
 * smaller than the product's sides. Memory: two d × d matrices.
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
    const product = matMul(left, gram(right)); // [rows, d]
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
    return [mul(product, twice), matMul(b, matMul(a, weighted, true))];
  });
}

/** Widths from which it pays to make only half of a symmetric product, and in how many strips. */
const halvingWidth = 512;
const strips = 8;

/**
 * Inner products of all pairs of columns, $X^\top X$. Of a wide matrix only the half below the diagonal
 * is multiplied, in strips.
 *
 * @param x - `[n, d]`, float32.
 * @returns `[d, d]`, exactly symmetric for wide matrices. No gradient flows through it.
 */
function gram(x: Tensor2D): Tensor2D {
  const [n, d] = x.shape;
  if (d < halvingWidth) return matMul(x, x, true);
  return tidy(() => {
    const size = Math.ceil(d / strips);
    const rows: Tensor2D[] = [];
    for (let start = 0; start < d; start += size) {
      const width = Math.min(size, d - start);
      rows.push(
        tidy(() => {
          const strip = slice(x, [0, start], [n, width]);
          const diagonal = mul(matMul(strip, strip, true), 0.5);
          const left =
            start === 0 ? [] : [matMul(strip, slice(x, [0, 0], [n, start]), true) as Tensor2D];
          return pad(concat([...left, diagonal], 1) as Tensor2D, [
            [0, 0],
            [0, d - start - width],
          ]);
        }),
      );
    }
    const lower = concat(rows, 0);
    return lower.add(transpose(lower));
  });
}
