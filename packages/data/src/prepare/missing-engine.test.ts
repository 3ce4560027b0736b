import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { prepareDataset } from './prepare-dataset.js';

vi.mock('@duckdb/node-api', () => {
  throw new Error('Cannot find package');
});

it('says how to install DuckDB where it is missing', async () => {
  const folder = temporaryFolder({ 'r.csv': 'u,i\na,b\n' });
  const options = { interactions: [join(folder, 'r.csv')], columns: { user: 'u', item: 'i' } };
  await expect(prepareDataset({ ...options, out: join(folder, 'shop') })).rejects.toThrow(
    new Error(
      'prepareDataset: the package @duckdb/node-api does the joins and sorts, and is not installed: npm install @duckdb/node-api.',
    ),
  );
});
