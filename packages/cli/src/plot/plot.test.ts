import { describe, expect, it } from 'vitest';
import { formatNumber, formatTick, timeUnit } from '../../plot-page/format.js';
import { backgrounds, runColours, runStyle } from './run-colours.js';
import { runNames } from './run-names.js';
import { userHistogram } from './user-histogram.js';

describe('userHistogram', () => {
  it('puts an edge into the bin below it, in float32 too', () => {
    for (let edge = 1; edge <= 20; edge++) {
      const { bins } = userHistogram(Float32Array.of(edge / 20), 0);
      expect(bins.indexOf(1)).toBe(edge - 1);
    }
  });

  it('leaves users without a hit out of the bins', () => {
    expect(userHistogram(Float32Array.of(0, 0, 0.01, 1 / 3), 0.1)).toEqual({
      numUsers: 4,
      mean: 0.1,
      numHit: 2,
      bins: Array.from({ length: 20 }, (_, bin) => (bin === 0 || bin === 6 ? 1 : 0)),
    });
  });
});

it('runNames tells folders apart by as little as is needed', () => {
  expect(runNames(['runs/a/bm3/', 'runs/b/bm3', 'c'])).toEqual(['a/bm3', 'b/bm3', 'c']);
  expect(runNames(['/bm3', '/x/bm3'])).toEqual(['/bm3', 'x/bm3']);
});

describe('numbers on the page', () => {
  it('at axes have the decimals that their step needs, and no zero before the point', () => {
    const ticks: [number, number, string][] = [
      [0, 0.1, '0'],
      [0.05, 0.01, '.05'],
      [-0.5, 0.5, '-.5'],
      [0.1, 0.025, '.10'],
      [2, 0.5, '2.0'],
      [40, 20, '40'],
      [2e-5, 1e-5, '2e-5'],
      [3e6, 1e6, '3e+6'],
    ];
    for (const [value, step, text] of ticks) expect(formatTick(value, step)).toBe(text);
  });

  it('have four digits, whatever their size', () => {
    const values = [0, 0.00012345, 1.23456, 12345.6, 1e-7];
    expect(values.map(formatNumber)).toEqual(['0', '0.0001234', '1.235', '1.235e+4', '1.000e-7']);
  });

  it('tell times in the unit that fits', () => {
    expect([0, 119, 120, 7199, 7200].map((time) => timeUnit(time).name)).toEqual([
      ...['s', 's', 'min', 'min', 'h'],
    ]);
  });
});

describe('runColours', () => {
  type Vector = readonly number[];
  const times = (matrix: readonly Vector[], vector: Vector) =>
    matrix.map((row) => row.reduce((sum, value, at) => sum + value * vector[at]!, 0));
  const linear = (hex: string) =>
    [1, 3, 5].map((at) => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
  const luminance = (hex: string) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0]!;

  /** Machado, Oliveira and Fernandes 2009: what eyes without one kind of cones see, in linear RGB. */
  const visions: Readonly<Record<string, readonly Vector[]>> = {
    trichromat: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    protanope: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    deuteranope: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    tritanope: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  };

  /** Oklab: equal distances look equally large. */
  function oklab(rgb: Vector): Vector {
    const cones = times(
      [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ],
      rgb.map((value) => Math.min(1, Math.max(0, value))),
    );
    return times(
      [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
      ],
      cones.map(Math.cbrt),
    );
  }

  it.each(['light', 'dark'] as const)('stand out from the %s background', (theme) => {
    const ground = luminance(backgrounds[theme]);
    for (const colour of runColours[theme]) {
      const [low = 0, high = 0] = [ground, luminance(colour)].sort((a, b) => a - b);
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(['light', 'dark'] as const)(
    'can be told apart without one kind of cones: %s',
    (theme) => {
      for (const matrix of Object.values(visions)) {
        const seen = runColours[theme].map((colour) => oklab(times(matrix, linear(colour))));
        for (const [at, one] of seen.entries()) {
          for (const other of seen.slice(0, at)) {
            const distance = Math.hypot(...one.map((value, axis) => value - other[axis]!));
            expect(distance).toBeGreaterThan(0.12);
          }
        }
      }
    },
  );

  it('come with another kind of line once they are used up', () => {
    const numColours = runColours.light.length;
    const looks = Array.from({ length: 4 * numColours }, (_, run) => JSON.stringify(runStyle(run)));
    expect(new Set(looks).size).toBe(4 * numColours);
    expect(runStyle(numColours).colour).toBe(runStyle(0).colour);
  });
});
