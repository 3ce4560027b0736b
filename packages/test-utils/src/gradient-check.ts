import {
  add,
  addN,
  grads,
  mul,
  scalar,
  sum,
  tensor,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { expectNear, type GoldenTensor } from './golden.js';

/** A differentiable function and the same in plain float64. */
export interface GradientCase {
  /** Points to differentiate at; the numbers are rounded to float32 first, for both. */
  readonly inputs: readonly GoldenTensor[];
  /** The function under test: a tensor of any shape. */
  readonly loss: (...inputs: Tensor[]) => Tensor;
  /** The same by other means: its elements, row-major. */
  readonly reference: (...inputs: Float64Array[]) => ArrayLike<number>;
  /** Inputs, by position, through which no gradient may flow: theirs must be zero. */
  readonly constant?: readonly number[];
}

/**
 * Checks a function's values and its gradients for all inputs against a float64 reference, whose
 * gradients are central differences. The elements are weighted differently, so that a gradient that
 * mixes up rows is found.
 *
 * @throws {Error} Naming what differs: values by more than a relative 1e-5 (1e-6 near zero), a
 * gradient by more than `1e-4 · ‖expected‖ + 1e-6`.
 */
export function checkGradient({ inputs, loss, reference, constant = [] }: GradientCase): void {
  const points = inputs.map(({ data }) => Float64Array.from(Float32Array.from(data)));
  const expected = Array.from(reference(...points));
  const tensors = () => inputs.map(({ shape }, at) => tensor([...points[at]!], [...shape]));

  tidy(() => {
    const value = loss(...tensors());
    expectNear(
      value.dataSync(),
      { shape: value.shape, data: expected },
      { relative: 1e-5, absolute: 1e-6, what: 'value' },
    );
    const weights = tensor(
      expected.map((_, at) => weightOf(at)),
      value.shape,
    );
    // A constant input may not occur in the graph at all: this adds it, with gradient zero.
    const connected = (x: Tensor[]) =>
      addN(constant.map((at) => sum(mul(x[at]!, 0))).concat(scalar(0)));
    const objective = (...x: Tensor[]) => add(sum(mul(loss(...x), weights)), connected(x));
    const gradients = grads(objective)(tensors());
    gradients.forEach((gradient, at) => {
      const data = constant.includes(at)
        ? Array.from(points[at]!, () => 0)
        : centralDifferences(reference, points, at);
      expectNear(
        gradient.dataSync(),
        { shape: gradient.shape, data },
        { relative: 1e-4, absolute: 1e-6, what: `gradient of input ${at}` },
      );
    });
  });
}

const weightOf = (element: number) => 1 + (element % 5) / 4;

/** Derivatives of the weighted sum of the elements for each number of one input. */
function centralDifferences(
  reference: GradientCase['reference'],
  points: readonly Float64Array[],
  input: number,
): number[] {
  const total = (position: number, value: number) => {
    const moved = points.map((point) => point.slice());
    moved[input]![position] = value;
    return Array.from(reference(...moved)).reduce((all, each, at) => all + weightOf(at) * each, 0);
  };
  return Array.from(points[input]!, (value, position) => {
    const step = 1e-5 * Math.max(1, Math.abs(value));
    return (total(position, value + step) - total(position, value - step)) / (2 * step);
  });
}
