import { expect, it, vi } from 'vitest';
import { connectPostgres } from './connect-postgres.js';

vi.mock('pg', () => {
  throw new Error('Cannot find package');
});

it('says how to install pg where it is missing', async () => {
  await expect(connectPostgres('postgres://localhost/shop')).rejects.toThrow(
    new Error('export: --to pgvector needs the package pg, which is not installed: npm install pg'),
  );
});
