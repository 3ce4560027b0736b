import { drawValues, type FeatureMatrix, type Rng } from '@mmrec/core';

/** Rows of numbers, row-major. */
interface Rows {
  readonly columns: number;
  readonly data: Float32Array;
}

const hiddenSize = 32;
/** Factors that shape the features and that nobody's taste depends on: light, camera, wording. */
const numNuisances = 6;
/** Share of columns that hold noise and nothing else. */
const emptyShare = 0.25;

/**
 * Features as an encoder would see the items: a random two-layer network of the true factors, plus
 * nuisance factors, plus noise; a quarter of the columns carry no information at all.
 *
 * $$x_i = B \tanh(A z_i) + C n_i + \varepsilon_i$$
 *
 * @param factors - True factors $z$, one row an item.
 * @returns `[rows, columns]`.
 */
export function projectFeatures(factors: Rows, columns: number, rng: Rng): FeatureMatrix {
  const rows = factors.data.length / factors.columns;
  const normal = (name: string, height: number, width: number): Rows => ({
    columns: width,
    data: drawValues(rng.normal(name, [height, width])),
  });
  const inner = multiply(factors, normal('inner', factors.columns, hiddenSize));
  const hidden = { columns: hiddenSize, data: inner.data.map((value) => Math.tanh(value)) };
  const signal = multiply(hidden, normal('outer', hiddenSize, columns));
  const nuisances = normal('nuisances', rows, numNuisances);
  const nuisance = multiply(nuisances, normal('mixing', numNuisances, columns));
  const noise = normal('noise', rows, columns).data;
  const informative = Math.round(columns * (1 - emptyShare));
  const data = signal.data.map((value, at) =>
    at % columns < informative
      ? value / Math.sqrt(hiddenSize) +
        (0.15 * nuisance.data[at]!) / Math.sqrt(numNuisances) +
        0.1 * noise[at]!
      : 0.5 * noise[at]!,
  );
  return { rows, columns, data };
}

/** Product of `[rows, n]` and `[n, columns]`. */
function multiply(left: Rows, right: Rows): Rows {
  const { columns } = right;
  const rows = left.data.length / left.columns;
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let inner = 0; inner < left.columns; inner++) {
      const factor = left.data[row * left.columns + inner]!;
      for (let column = 0; column < columns; column++) {
        data[row * columns + column]! += factor * right.data[inner * columns + column]!;
      }
    }
  }
  return { columns, data };
}
