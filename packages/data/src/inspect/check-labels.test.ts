import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { createInteractionTable } from '../interaction-table.js';
import { splitByLabels } from '../split-by-labels.js';
import { splitByTime } from '../split-by-time.js';
import { splitLeaveOneOut } from '../split-leave-one-out.js';
import { splitPerUser } from '../split-per-user.js';
import type { Splits } from '../dataset.js';
import { checkLabels } from './check-labels.js';

// Thirty users with 15 interactions each: three are held out, so every user tells.
const rows = Array.from({ length: 30 * 15 }, (_, row) => row);
const table = createInteractionTable({
  users: rows.map((row) => `u${row % 30}`),
  items: rows.map((row) => `i${Math.floor(row / 30)}`),
  timestamps: rows.map((row) => (row * 31) % 457),
});
const swapped = ({ train, validation, test }: Splits): Splits => ({
  train,
  validation: test,
  test: validation,
});
/** The same interactions with the labels of a split. */
const withLabels = (splits: Splits) => {
  const parts = [splits.train, splits.validation, splits.test];
  const timeOf = new Map(
    rows.map((row) => [`${table.users[row]} ${table.items[row]}`, table.timestamps![row]!]),
  );
  const users = parts.flatMap((part) => [...part.users]);
  const items = parts.flatMap((part) => [...part.items]);
  return {
    ...{ numUsers: 30, numItems: 15 },
    users: Int32Array.from(users),
    items: Int32Array.from(items),
    labels: Uint8Array.from(parts.flatMap((part, label) => [...part.users].map(() => label))),
    timestamps: Float64Array.from(users, (user, at) => timeOf.get(`${user} ${items[at]}`)!),
  };
};
const nothing = { warnings: [], notes: [] };

describe.each(['mmrec', 'lattice'] as const)('a split of %s', (protocol) => {
  const other = protocol === 'mmrec' ? 'lattice' : 'mmrec';
  const split = splitPerUser(table, { protocol, rng: createRng(1) });
  const counts =
    protocol === 'mmrec'
      ? '30 users have more test than validation, 0 more validation than test'
      : '0 users have more test than validation, 30 more validation than test';

  it('is right under its own name, swapped under the other', () => {
    expect(checkLabels(split, { protocol })).toEqual(nothing);
    const warning = `validation and test labels look swapped: ${counts}; under ${other} it is the other way round.`;
    expect(checkLabels(split, { protocol: other })).toEqual({ warnings: [warning], notes: [] });
    expect(checkLabels(swapped(split), { protocol }).warnings).toHaveLength(1);
  });

  it('is noted without a name', () => {
    const note = `labels look like protocol ${protocol}: ${counts}. If this is a split of ${other}, validation and test are swapped.`;
    expect(checkLabels(split, {})).toEqual({ warnings: [], notes: [note] });
  });
});

describe.each([
  ['leave-one-out', splitLeaveOneOut(table)],
  ['time', splitByTime(table)],
] as const)('a split of %s', (protocol, split) => {
  it('is told by its times', () => {
    const timed = withLabels(split);
    expect(checkLabels(split, { protocol, timed })).toEqual(nothing);
    const wrong = swapped(split);
    const { warnings } = checkLabels(wrong, { protocol, timed: withLabels(wrong) });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^validation and test labels look swapped: for \d+ users validation is later than test, for 0 earlier\.$/,
      ),
    ]);
  });
});

it('times of a random split say nothing', () => {
  const split = splitPerUser(table, { protocol: 'mmrec', rng: createRng(1) });
  expect(checkLabels(split, { protocol: 'mmrec', timed: withLabels(split) })).toEqual(nothing);
});

it('labels without a pattern, or of few users, say nothing', () => {
  const stream = createRng(5).stream('labels');
  const random = splitByLabels(
    table,
    rows.map(() => stream.integer(3)),
  );
  expect(checkLabels(random, { protocol: 'mmrec' })).toEqual(nothing);
  const few = createInteractionTable({ users: ['a', 'a', 'b'], items: ['x', 'y', 'x'] });
  expect(checkLabels(splitByLabels(few, [0, 1, 1]), { protocol: 'mmrec' })).toEqual(nothing);
});
