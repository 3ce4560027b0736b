import { expect, it } from 'vitest';
import { createDataset } from './dataset.js';
import { inspectDataset } from './inspect-dataset.js';
import { splitByLabels } from './split-by-labels.js';

// Users have 3, 1, 0 and 0 training interactions; items 2, 1, 1, 0, 0.
const table = {
  numUsers: 4,
  numItems: 5,
  users: Int32Array.of(0, 0, 0, 1, 2, 0, 0),
  items: Int32Array.of(0, 1, 2, 0, 4, 1, 1),
};
const dataset = createDataset('toy', table, splitByLabels(table, [0, 0, 0, 0, 1, 2, 2]));

it('counts users, items, interactions, cold ones, duplicates and leaks', () => {
  expect(inspectDataset(dataset)).toEqual({
    name: 'toy',
    source: [],
    users: { count: 4, cold: 2, mean: 1, min: 0, p25: 0, median: 0, p75: 1, p95: 3, max: 3 },
    items: { count: 5, cold: 2, mean: 0.8, min: 0, p25: 0, median: 1, p75: 1, p95: 2, max: 2 },
    interactions: { train: 4, validation: 1, test: 1, total: 6 },
    density: 6 / 20,
    duplicates: 1,
    alsoInTraining: 1,
    features: [],
    warnings: [],
    notes: [],
  });
});

it('counts duplicates that the splits still hold', () => {
  const train = { ...table, users: Int32Array.of(1, 1, 1), items: Int32Array.of(2, 2, 2) };
  const report = inspectDataset({ ...dataset, train, duplicates: 5 });
  expect(report.duplicates).toBe(7);
  expect(report.alsoInTraining).toBe(0);
});

it('takes percentiles by nearest rank', () => {
  const degrees = Array.from({ length: 20 }, (_, user) => user + 1);
  const users = Int32Array.from(degrees.flatMap((n, user) => Array<number>(n).fill(user)));
  const items = Int32Array.from(
    degrees.flatMap((n) => Array.from({ length: n }, (_, item) => item)),
  );
  const large = { numUsers: 20, numItems: 20, users, items };
  const report = inspectDataset(
    createDataset(
      't',
      large,
      splitByLabels(
        large,
        users.map(() => 0),
      ),
    ),
  );
  expect(report.users).toMatchObject({ min: 1, p25: 5, median: 10, p75: 15, p95: 19, max: 20 });
});

it('passes features through and survives a dataset without anything', () => {
  const features = [
    {
      modality: 'visual',
      file: 'v.npy',
      shape: [0, 4],
      dtype: 'float32',
      nan: 0,
      infinite: 0,
      zeroRows: 0,
    },
  ];
  const none = { numUsers: 0, numItems: 0, users: new Int32Array(0), items: new Int32Array(0) };
  const report = inspectDataset(createDataset('none', none, splitByLabels(none, [])), features);
  expect(report).toMatchObject({
    density: 0,
    users: { count: 0, cold: 0, mean: 0, max: 0 },
    features,
  });
});
