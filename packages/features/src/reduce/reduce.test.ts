import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { openFeatureTable } from '../files/open-feature-table.js';
import { temporaryFile } from '../files/temporary-file.js';
import { writeFeatureTable } from '../files/write-feature-table.js';
import { transformMatrix } from './feature-transform.js';
import { fitPca } from './fit-pca.js';
import { fitScaling } from './fit-scaling.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Rows with standard deviations of choice along the axes of a fixed rotation, beside a mean. */
function scatter(rows: number, deviations: readonly number[]) {
  const columns = deviations.length;
  const stream = createRng(3).stream('scatter');
  const axes = symmetricEigen(symmetric(columns), columns).vectors;
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const along = deviations.map((deviation) => deviation * stream.normal());
    for (let k = 0; k < columns; k++) {
      const sum = along.reduce((total, value, i) => total + value * axes[i * columns + k]!, 0);
      data[row * columns + k] = 10 + k + sum;
    }
  }
  return { rows, columns, data };
}

function symmetric(size: number): Float64Array {
  const stream = createRng(7).stream('symmetric');
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) a[i * size + j] = a[j * size + i] = stream.normal();
  }
  return a;
}

/** The covariance matrix of all rows, made in full. */
function covariance({ rows, columns, data }: ReturnType<typeof scatter>): Float64Array {
  const means = Float64Array.from({ length: columns }, (_, k) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * columns + k]!;
    return sum / rows;
  });
  const matrix = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const left = data[row * columns + i]! - means[i]!;
      for (let j = 0; j < columns; j++) {
        matrix[i * columns + j]! += (left * (data[row * columns + j]! - means[j]!)) / (rows - 1);
      }
    }
  }
  return matrix;
}

describe('symmetricEigen', () => {
  it('solves a matrix known by hand', () => {
    // Eigenvalues 3 and 1, along the diagonals.
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 12);
    expect(values[1]).toBeCloseTo(1, 12);
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(vectors[0]! * vectors[1]!).toBeCloseTo(0.5, 12);
    expect(vectors[2]! * vectors[3]!).toBeCloseTo(-0.5, 12);
  });

  it('gives orthonormal vectors that make up the matrix again', () => {
    const size = 30;
    const matrix = symmetric(size);
    const { values, vectors } = symmetricEigen(matrix, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let [inner, sum] = [0, 0];
        for (let k = 0; k < size; k++) {
          inner += vectors[i * size + k]! * vectors[j * size + k]!;
          sum += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
        }
        expect(inner).toBeCloseTo(Number(i === j), 10);
        expect(sum).toBeCloseTo(matrix[i * size + j]!, 10);
      }
    }
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
  });
});

describe('fitPca', () => {
  const deviations = [8, 6, 5, 4, 3, ...Array.from({ length: 45 }, (_, at) => 0.5 / (1 + at))];
  const features = scatter(300, deviations);
  const { columns } = features;
  const exact = symmetricEigen(covariance(features), columns);

  it('finds the directions and variances that the whole covariance has', async () => {
    const { variances, directions, mean } = await fitPca(features, { components: 5 });
    for (let i = 0; i < 5; i++) {
      expect(variances[i]! / exact.values[i]!).toBeCloseTo(1, 8);
      let cosine = 0;
      for (let k = 0; k < columns; k++) {
        cosine += directions[i * columns + k]! * exact.vectors[i * columns + k]!;
      }
      expect(Math.abs(cosine)).toBeCloseTo(1, 8);
    }
    expect(mean).toHaveLength(columns);
  });

  it('is exact where all columns are kept, and explains all variance', async () => {
    const { variances, totalVariance } = await fitPca(features, { components: columns });
    let sum = 0;
    variances.forEach((variance, i) => {
      sum += variance;
      expect(variance).toBeCloseTo(exact.values[i]!, 8);
    });
    expect(sum).toBeCloseTo(totalVariance, 8);
  });

  it('whitens: uncorrelated columns of variance 1', async () => {
    const pca = await fitPca(features, { components: 8, whiten: true });
    const white = covariance(transformMatrix(features, pca) as ReturnType<typeof scatter>);
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) expect(white[i * 8 + j]).toBeCloseTo(Number(i === j), 4);
    }
  });

  it.each(['.npy', '.safetensors', '.parquet'])(
    'gives the same numbers from a %s file, and every time',
    async (format) => {
      const file = temporaryFile(`features${format}`);
      await writeFeatureTable(file, { ...features, blocks: [features.data] });
      const table = await openFeatureTable(file);
      const [fromFile, inMemory] = [
        await fitPca(table, { components: 7 }),
        await fitPca(features, { components: 7 }),
      ];
      await table.close();
      expect(fromFile.directions).toEqual(inMemory.directions);
      expect(fromFile.apply(features.data)).toEqual(inMemory.apply(features.data));
      const other = await fitPca(features, { components: 7, iterations: 0 }, createRng(2));
      expect(other.directions).not.toEqual(inMemory.directions);
    },
  );

  it('leaves items without features out, and their rows zero', async () => {
    const data = new Float32Array(features.data.length + 2 * columns);
    data.set(features.data, columns);
    const missing = new Uint8Array(302);
    missing[0] = missing[301] = 1;
    const gaps = { rows: 302, columns, data, missing };
    const [with2, without] = [
      await fitPca(gaps, { components: 4 }),
      await fitPca(features, { components: 4 }),
    ];
    expect(with2.variances).toEqual(without.variances);
    const reduced = transformMatrix(gaps, with2);
    expect(reduced).toMatchObject({ rows: 302, columns: 4, missing });
    expect([...reduced.data.subarray(0, 4), ...reduced.data.subarray(301 * 4)]).toEqual(
      Array<number>(8).fill(0),
    );
    expect(reduced.data.subarray(4, 301 * 4)).toEqual(without.apply(features.data));
  });

  it('gives zeros beyond the rank', async () => {
    const line = { rows: 3, columns: 3, data: Float32Array.of(1, 2, 3, 2, 4, 6, 4, 8, 12) };
    for (const whiten of [false, true]) {
      const pca = await fitPca(line, { components: 3, whiten });
      const { data } = transformMatrix(line, pca);
      for (const row of [0, 1, 2]) expect([data[3 * row + 1], data[3 * row + 2]]).toEqual([0, 0]);
      // Mean 7/3 (1, 2, 3): the squares of the distances sum to 14 (16/9 + 1/9 + 25/9), over n − 1.
      expect(pca.variances[0]).toBeCloseTo((14 * 42) / 9 / 2, 10);
    }
  });

  it('refuses what makes no sense', async () => {
    await expect(fitPca(features, { components: 51 })).rejects.toThrow(
      new RangeError('fitPca: components must be at most the 50 columns of the features, got 51.'),
    );
    const one = { rows: 2, columns: 1, data: Float32Array.of(0, 3) };
    await expect(fitPca(one, { components: 1 })).rejects.toThrow(
      new RangeError("fitPca: features must have at least 2 rows that aren't zero, got 1."),
    );
    const pca = await fitPca(features, { components: 2 });
    expect(() => pca.apply(new Float32Array(51))).toThrow(
      new RangeError('apply: rows must have 50 columns, got 51 numbers.'),
    );
  });
});

describe('fitScaling', () => {
  const features = {
    rows: 4,
    columns: 3,
    data: Float32Array.of(3, 4, 7, 0, 0, 0, 1, -4, 7, 5, 0, 7),
  };
  const scaled = async (how: Parameters<typeof fitScaling>[1]) => [
    ...(await fitScaling(features, how)).apply(features.data),
  ];

  it('brings rows to length 1', async () => {
    const rows = await scaled('l2');
    expect(rows.slice(3, 6)).toEqual([0, 0, 0]);
    expect(rows[0]).toBeCloseTo(3 / Math.sqrt(74), 6);
    expect(rows[7]).toBeCloseTo(-4 / Math.sqrt(66), 6);
  });

  it('standardises columns over the items that have features, constant columns to 0', async () => {
    // Columns (3, 1, 5) and (4, −4, 0): means 3 and 0, deviations √(8/3) and √(32/3).
    const [a, b] = [Math.sqrt(8 / 3), Math.sqrt(32 / 3)];
    const expected = [0, 4 / b, 0, 0, 0, 0, -2 / a, -4 / b, 0, 2 / a, 0, 0];
    (await scaled('standardize')).forEach((value, at) =>
      expect(value).toBeCloseTo(expected[at]!, 6),
    );
  });

  it('brings columns to the range from 0 to 1', async () => {
    expect(await scaled('minMax')).toEqual([0.5, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0.5, 0]);
  });
});
