import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { createFieldPicker } from './pick-fields.js';

const pick = (line: string, names = ['user', 'item', 'stars']) => {
  // What stands around the line must not be looked at.
  const bytes = Buffer.from(`"{"${line}"}"`);
  return createFieldPicker(names)(bytes, 3, bytes.length - 3);
};

it.each([
  ['{"user":"a","item":"b","stars":5}', ['a', 'b', 5]],
  ['{"stars": -1.5e2 , "note": "x", "item": "b", "user": "a"}\r', ['a', 'b', -150]],
  [' { "text" : "say \\"hi\\" {[ \\\\", "user":"a" } ', ['a', undefined, undefined]],
  [
    '{"helpful": [1, {"user": "no", "]": "}"}], "item": "b", "x": null, "y": true}',
    [undefined, 'b', undefined],
  ],
  ['{"é": "日本", "user": "a"}', undefined],
  ['{"text": "日本", "user": "a"}', ['a', undefined, undefined]],
])('picks from %s', (line, expected) => {
  expect(pick(line)).toEqual(expected);
});

it.each([
  ['nothing', ''],
  ['no object', '[1]'],
  ['an open text', '{"user": "a'],
  ['an open object', '{"user": "a"'],
  ['an open list', '{"x": [1, "user": "a"}'],
  ['an escape in a wanted text', '{"user": "a\\u0062"}'],
  ['an escape in a name', '{"\\u0075ser": "a"}'],
  ['a wanted text outside ASCII', '{"user": "é"}'],
  ['a wanted list', '{"user": ["a"]}'],
  ['a wanted null', '{"user": null}'],
  ['a repeated name', '{"user": "a", "user": "b"}'],
  ['no colon', '{"user" "a"}'],
  ['no comma', '{"user": "a" "item": "b"}'],
  ['a comma at the end', '{"user": "a",}'],
  ['a number that JSON lacks', '{"stars": 05}'],
  ['more behind the object', '{"user": "a"} {'],
])('leaves %s to a whole parser', (_, line) => {
  expect(pick(line)).toBeUndefined();
});

it('agrees with JSON.parse on whatever it picks', () => {
  const stream = createRng(1).stream('lines');
  const any = <T>(values: readonly T[]) => values[stream.integer(values.length)]!;
  const value = (depth: number): unknown => {
    const simple = [1, -0.5, 1e9, 'a', 'B1', 'x"y', 'é', '\\', '', true, null, '{', ']', 'user'];
    if (depth === 0 || stream.uniform() < 0.7) return any(simple);
    return stream.uniform() < 0.5
      ? [value(depth - 1), value(depth - 1)]
      : { [any(['user', 'k', '"', '}'])]: value(depth - 1) };
  };
  let picked = 0;
  for (let round = 0; round < 3000; round++) {
    const names = ['user', 'item', 'stars', 'x', 'y y', 'z\t'];
    const record = Object.fromEntries(
      names.filter(() => stream.uniform() < 0.7).map((name) => [name, value(2)]),
    );
    const cells = pick(JSON.stringify(record));
    if (!cells) continue;
    picked++;
    expect(cells).toEqual(['user', 'item', 'stars'].map((name) => record[name]));
  }
  expect(picked).toBeGreaterThan(100);
});
