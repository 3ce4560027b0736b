import { describe, expect, it } from 'vitest';
import { readInter } from './read-inter.js';
import { temporaryFile } from './temporary-folder.js';

const read = (content: string, options = {}) =>
  readInter(temporaryFile('toy.inter', content), options);

it('reads the three splits, whatever the order of columns, with others among them', async () => {
  const dataset = await read(
    'itemID\trating\tx_label\tuserID\ttitle\n7\t4.5\t0\t1\tA b\n0\t1\t2\t0\t\n3\t\t1\t1\tc\n',
  );
  expect(dataset.name).toBe('toy');
  expect(dataset.train).toEqual({
    numUsers: 2,
    numItems: 8,
    users: Int32Array.of(1),
    items: Int32Array.of(7),
  });
  expect([...dataset.validation.users, ...dataset.validation.items]).toEqual([1, 3]);
  expect([...dataset.test.users, ...dataset.test.items]).toEqual([0, 0]);
  expect(dataset.items.ids).toHaveLength(8);
  expect(dataset.items.indexOf('7')).toBe(7);
  expect(dataset.protocol).toBeUndefined();
  expect(dataset.source[0]).toMatch(/toy\.inter$/);
});

it('takes Windows line breaks, a byte-order mark, and no line break at the end', async () => {
  const dataset = await read('\uFEFFuserID\titemID\tx_label\r\n0\t1\t0\r\n\r\n2\t0\t0');
  expect([...dataset.train.users, ...dataset.train.items]).toEqual([0, 2, 1, 0]);
});

it('takes counts larger than the ids need', async () => {
  const dataset = await read('userID\titemID\tx_label\n0\t1\t0\n', { numItems: 5, numUsers: 3 });
  expect(dataset.test).toMatchObject({ numUsers: 3, numItems: 5 });
  expect(dataset.items.ids).toEqual(['0', '1', '2', '3', '4']);
});

it('refuses an id that no table of indices would have, naming the row', async () => {
  await expect(read('userID\titemID\tx_label\n0\t1\t0\n1\t2000000000\t0\n')).rejects.toThrow(
    new RangeError(
      'readInter: toy.inter: itemID must be indices numbered from 0, got 2000000000 in row 2 of 2. Number the ids, or read them as text with readTable.',
    ),
  );
  const sparse = await read('userID\titemID\tx_label\n0\t9999999\t0\n');
  expect(sparse.train.numItems).toBe(10_000_000);
});

it('keeps one row of a repeated training pair', async () => {
  const dataset = await read('userID\titemID\tx_label\n0\t1\t0\n0\t1\t0\n0\t1\t2\n');
  expect(dataset.train.users).toHaveLength(1);
  expect(dataset.test.users).toHaveLength(1);
  expect(dataset.duplicates).toBe(1);
});

it('reads more than one block', async () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => `${n % 1000}\t${n}\t${n % 3}`);
  const dataset = await read(`userID\titemID\tx_label\n${rows.join('\n')}\n`);
  const sizes = [dataset.train, dataset.validation, dataset.test].map(({ users }) => users.length);
  expect(sizes).toEqual([66_667, 66_667, 66_666]);
  expect(dataset.test.items.at(-1)).toBe(199_998 - 1);
  expect(dataset.test.users.at(-1)).toBe(997);
});

describe('bad input', () => {
  const rule = 'must be an integer from 0 to 2147483646';
  const label = 'x_label must be 0 (train), 1 (validation) or 2 (test)';
  const header = 'userID\titemID\tx_label\n0\t0\t0\n';
  const cases: [string, string, string][] = [
    [
      'an empty file',
      '',
      'toy.inter: must have a header and at least one interaction, got an empty file.',
    ],
    [
      'a header only',
      'userID\titemID\tx_label\n',
      'toy.inter: must have a header and at least one interaction, got a header only.',
    ],
    [
      'a missing column',
      'user_id\titemID\tx_label\n0\t0\t0\n',
      "toy.inter: must have a column 'userID', got 'user_id', 'itemID', 'x_label'. Did you mean 'user_id'?",
    ],
    [
      'commas',
      'userID,itemID,x_label\n0,0,0\n',
      "toy.inter: must have a column 'userID', got 'userID,itemID,x_label'.",
    ],
    ['a negative id', `${header}-3\t0\t0\n`, `toy.inter:3: userID ${rule}, got '-3'.`],
    ['a fractional id', `${header}0\t1.5\t0\n`, `toy.inter:3: itemID ${rule}, got '1.5'.`],
    [
      'a too large id',
      `${header}0\t2147483647\t0\n`,
      `toy.inter:3: itemID ${rule}, got '2147483647'.`,
    ],
    [
      'a far too large id',
      `${header}0\t99999999999999999999999\t0\n`,
      `toy.inter:3: itemID ${rule}, got '99999999999999999999999'.`,
    ],
    ['no id', `${header}\t1\t0\n`, `toy.inter:3: userID ${rule}, got ''.`],
    ['a word for an id', `${header}\n0\tshoe\t0\n`, `toy.inter:4: itemID ${rule}, got 'shoe'.`],
    ['another label', `${header}0\t1\t3\n`, `toy.inter:3: ${label}, got '3'.`],
    ['a fractional label', `${header}0\t1\t0.0\n`, `toy.inter:3: ${label}, got '0.0'.`],
    ['too few columns', `${header}0\t1\n`, 'toy.inter:3: must have 3 columns, got 2.'],
    ['an empty label', `${header}0\t1\t\n`, `toy.inter:3: ${label}, got ''.`],
  ];
  it.each(cases)('%s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(new RangeError(`readInter: ${message}`));
  });

  it('a file that is not there', async () => {
    await expect(readInter('nowhere.inter')).rejects.toThrow(
      new Error('readInter: nowhere.inter: no such file or folder.'),
    );
  });

  it('a count smaller than the ids need', async () => {
    await expect(read(`${header}0\t9\t0\n`, { numItems: 9 })).rejects.toThrow(
      new RangeError(
        'readInter: toy.inter: numItems must be an integer from 10 (the largest itemID is 9) to 2147483647, got 9.',
      ),
    );
  });
});
