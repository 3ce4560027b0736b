import { expect, it } from 'vitest';
import { readJsonSplits } from './read-json-splits.js';
import { temporaryFolder } from './temporary-folder.js';

const files = {
  'train.json': '{"0": [2, 0], "2": [1], "1": []}',
  'val.json': '{"0": [3]}',
  'test.json': '{"3": [5]}',
};
const readWith = (changes: Readonly<Record<string, string>>, options = {}) =>
  readJsonSplits(temporaryFolder({ ...files, ...changes }), options);

it('reads users to lists of items', async () => {
  const dataset = await readWith({});
  expect(dataset.train).toEqual({
    numUsers: 4,
    numItems: 6,
    users: Int32Array.of(0, 0, 2),
    items: Int32Array.of(2, 0, 1),
  });
  expect([...dataset.validation.users, ...dataset.validation.items]).toEqual([0, 3]);
  expect([...dataset.test.users, ...dataset.test.items]).toEqual([3, 5]);
  expect(dataset.source).toHaveLength(3);
  expect((await readWith({}, { numItems: 9 })).train.numItems).toBe(9);
});

it.each([
  ['-1', '{"-1": [0]}', "train.json: user must be an integer from 0 to 2147483646, got '-1'."],
  [
    'a name',
    '{"ann": [0]}',
    "train.json: user must be an integer from 0 to 2147483646, got 'ann'.",
  ],
  [
    '-1 as item',
    '{"4": [0, -1]}',
    "train.json: user '4': item must be an integer from 0 to 2147483646, got -1.",
  ],
  [
    '1.5 as item',
    '{"4": [1.5]}',
    "train.json: user '4': item must be an integer from 0 to 2147483646, got 1.5.",
  ],
  [
    'a large item',
    '{"4": [2147483647]}',
    "train.json: user '4': item must be an integer from 0 to 2147483646, got 2147483647.",
  ],
  [
    'text as item',
    '{"4": ["1"]}',
    `train.json: user '4': item must be an integer from 0 to 2147483646, got "1".`,
  ],
  ['an empty file', '', 'train.json: must hold JSON, got an empty file.'],
])('refuses %s', async (_, content, message) => {
  await expect(readWith({ 'train.json': content })).rejects.toThrow(
    new RangeError(`readJsonSplits: ${message}`),
  );
});

it('refuses JSON of another form', async () => {
  await expect(readWith({ 'val.json': '[[0, 1]]' })).rejects.toThrow(
    new TypeError(
      'readJsonSplits: val.json: must be an object from user to list of items, got [[0, 1]].',
    ),
  );
  await expect(readWith({ 'val.json': '{"0": 4}' })).rejects.toThrow(
    new TypeError("readJsonSplits: val.json: user '0': items must be a list, got 4."),
  );
});

it('refuses what is not JSON, naming the file in one line', async () => {
  await expect(readWith({ 'test.json': '{"0": [1, 2}\n' })).rejects.toThrow(
    /^readJsonSplits: test\.json: must hold JSON, got text that does not parse: .+\.$/,
  );
});

it('refuses a missing file and files without interactions', async () => {
  const folder = temporaryFolder({ 'train.json': '{"0": [1]}' });
  await expect(readJsonSplits(folder)).rejects.toThrow(
    /^readJsonSplits: .*val\.json: no such file or folder\.$/,
  );
  const none = { 'train.json': '{"0": []}', 'val.json': '{}', 'test.json': '{}' };
  await expect(readWith(none)).rejects.toThrow(/must hold interactions, got none\.$/);
});
