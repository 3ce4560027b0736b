import { expect, it } from 'vitest';
import { formatTable } from './table.js';

it('puts words to the left and numbers to the right', () => {
  const table = formatTable(
    ['ranking', 'used', 'recall'],
    [
      ['BM3', 'all', '0.1'],
      ['most popular', '–', '12'],
    ],
  );
  expect(table.split('\n')).toEqual([
    'ranking       used  recall',
    '────────────  ────  ──────',
    'BM3           all      0.1',
    'most popular  –         12',
  ]);
});
