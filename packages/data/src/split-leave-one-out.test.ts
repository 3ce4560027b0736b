import { expect, it } from 'vitest';
import { createInteractionTable } from './interaction-table.js';
import { splitLeaveOneOut } from './split-leave-one-out.js';

const pairsOf = ({ users, items }: { users: Int32Array; items: Int32Array }) =>
  [...users].map((user, row) => [user, items[row]]);

it('holds out the last for test and the one before for validation', () => {
  const table = createInteractionTable({
    users: ['a', 'b', 'a', 'a', 'b', 'a', 'c', 'c', 'c'],
    items: ['0', '1', '2', '3', '4', '5', '6', '7', '8'],
    timestamps: [40, 9, 10, 30, 8, 20, 5, 5, 5],
  });
  const { train, validation, test, duplicates } = splitLeaveOneOut(table);
  expect(pairsOf(test)).toEqual([
    [0, 0],
    [2, 8],
  ]);
  expect(pairsOf(validation)).toEqual([
    [0, 3],
    [2, 7],
  ]);
  expect(pairsOf(train)).toEqual([
    [1, 1],
    [0, 2],
    [1, 4],
    [0, 5],
    [2, 6],
  ]);
  expect(duplicates).toBe(0);
});

it('keeps a repeated pair at its earliest time', () => {
  const table = createInteractionTable({
    users: ['a', 'a', 'a', 'a'],
    items: ['x', 'y', 'z', 'x'],
    timestamps: [9, 2, 3, 1],
  });
  const splits = splitLeaveOneOut(table);
  expect([splits.train, splits.validation, splits.test].map(({ items }) => [...items])).toEqual([
    [0],
    [1],
    [2],
  ]);
  expect(splits.duplicates).toBe(1);
});

it('needs finite timestamps', () => {
  const columns = { users: ['a', 'a'], items: ['x', 'y'] };
  expect(() => splitLeaveOneOut(createInteractionTable(columns))).toThrow(
    new TypeError('splitLeaveOneOut: interactions must have timestamps, got none.'),
  );
  const table = createInteractionTable({ ...columns, timestamps: [1, NaN] });
  expect(() => splitLeaveOneOut(table)).toThrow(
    new RangeError('splitLeaveOneOut: timestamps must be finite, got NaN at position 1.'),
  );
  expect(() => splitLeaveOneOut({ ...table, timestamps: Float64Array.of(1) })).toThrow(
    new RangeError('splitLeaveOneOut: timestamps must have 2 rows, got 1.'),
  );
});
