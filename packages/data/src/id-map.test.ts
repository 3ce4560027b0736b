import { expect, it } from 'vitest';
import { createIdMap, createIndexIdMap } from './id-map.js';

it('maps ids to their positions and back', () => {
  const map = createIdMap(['b', 'a', '10']);
  expect(map.ids).toEqual(['b', 'a', '10']);
  expect(['b', 'a', '10', 'c', '__proto__'].map((id) => map.indexOf(id))).toEqual([
    0,
    1,
    2,
    undefined,
    undefined,
  ]);
});

it('refuses an id that occurs twice', () => {
  expect(() => createIdMap(['a', 'b', 'a'])).toThrow(
    new RangeError("createIdMap: ids must differ, got 'a' twice."),
  );
});

it('takes only the decimal form of an index', () => {
  const map = createIndexIdMap(11);
  expect(map.ids.slice(9)).toEqual(['9', '10']);
  expect(map.indexOf('10')).toBe(10);
  for (const id of ['11', '-1', '01', '1.0', '1e1', '', ' 1']) {
    expect(map.indexOf(id), id).toBeUndefined();
  }
});

it('needs no memory for ids that nobody reads', () => {
  expect(createIndexIdMap(0x7fffffff).indexOf('2147483646')).toBe(2147483646);
});
