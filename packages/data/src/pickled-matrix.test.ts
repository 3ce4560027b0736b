import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pickledMatrix } from './pickled-matrix.js';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/pickles/${name}.pkl`, import.meta.url)));

/** Reads a matrix to its last entry; the error when that fails. */
function errorOf(bytes: Uint8Array): Error | undefined {
  try {
    pickledMatrix('here', bytes).forEach(() => undefined);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

it('visits the entries that are not zero, in stored order', () => {
  const entries: [number, number][] = [];
  const { rows, columns, forEach } = pickledMatrix('here', fixture('matrix-explicit-zero'));
  forEach((row, column) => entries.push([row, column]));
  expect([rows, columns]).toEqual([3, 5]);
  expect(entries).toEqual([
    [0, 1],
    [0, 4],
    [2, 0],
    [2, 3],
  ]);
});

it.each(['matrix-coo-protocol-2', 'matrix-csr-protocol-4', 'matrix-coo-protocol-5'])(
  'refuses %s cut off anywhere',
  (name) => {
    const whole = fixture(name);
    expect(errorOf(whole)).toBeUndefined();
    for (let length = 1; length < whole.length; length++) {
      expect(errorOf(whole.slice(0, length))?.message, `${length} bytes`).toBe(
        `here: must be a whole pickle, got one cut off after ${length} bytes.`,
      );
    }
  },
);

it.each(['matrix-coo-old-protocol-2', 'matrix-csr-protocol-4', 'matrix-coo-protocol-5'])(
  'reads or refuses %s with a wrong byte, and does nothing else',
  (name) => {
    const whole = fixture(name);
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [0x01, 0x10, 0x80, 0xff]) {
        const broken = whole.slice();
        broken[at]! ^= flip;
        const error = errorOf(broken);
        if (!error) continue;
        refused++;
        expect(error.message, `byte ${at} flipped by ${flip}`).toMatch(
          /^here: (must|may) [^\n]+\.$/,
        );
      }
    }
    expect(refused).toBeGreaterThan(whole.length);
  },
);
