import type { RandomStream } from '@mmrec/core';
import { UsageError } from '../usage-error.js';

/** Options of a trial, by name. */
export type TrialOptions = Readonly<Record<string, string | number | boolean>>;

/** Values of one option to be tried: these, or those of a range. */
export type Dimension =
  | { readonly values: readonly (string | number | boolean)[] }
  | {
      readonly min: number;
      readonly max: number;
      readonly scale: 'linear' | 'log';
      /** Whether only whole numbers are drawn: both ends are. */
      readonly integer: boolean;
    };

/** Options and what is tried of each. */
export type Space = Readonly<Record<string, Dimension>>;

/**
 * Options to try as a file has them: a list of values, a single value, or a range `{min, max, scale?}`.
 *
 * @param ranges - Whether ranges are allowed: a grid needs values.
 * @throws {UsageError} For an empty list, a range in a grid, or ends that are none.
 */
export function parseSpace(
  options: Readonly<Record<string, unknown>>,
  { where, ranges }: { readonly where: string; readonly ranges: boolean },
): Space {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const what = `${where}.${name}`;
      if (isScalar(value)) return [name, { values: [value] }];
      if (Array.isArray(value)) return [name, { values: checkedValues(value, what) }];
      if (ranges) return [name, checkedRange(value, what)];
      throw new UsageError(
        `${what} must be a list of values, got ${JSON.stringify(value)}. Ranges need search: random or halving.`,
      );
    }),
  );
}

function checkedValues(values: readonly unknown[], what: string): (string | number | boolean)[] {
  if (values.length === 0) {
    throw new UsageError(`${what} must list at least one value, got none: the grid is empty.`);
  }
  const odd = values.find((value) => !isScalar(value));
  if (odd === undefined) return values as (string | number | boolean)[];
  throw new UsageError(
    `${what} must list numbers, words, true or false, got ${JSON.stringify(odd)}.`,
  );
}

function checkedRange(value: unknown, what: string): Dimension {
  const { min, max, scale = 'linear', ...others } = (value ?? {}) as Record<string, unknown>;
  const fits =
    typeof min === 'number' &&
    typeof max === 'number' &&
    min < max &&
    (scale === 'linear' || (scale === 'log' && min > 0)) &&
    Object.keys(others).length === 0;
  if (fits) {
    return { min, max, scale, integer: Number.isInteger(min) && Number.isInteger(max) };
  }
  throw new UsageError(
    `${what} must be a list of values or a range {min, max, scale: linear or log} with min < max (and min > 0 for log), got ${JSON.stringify(value)}.`,
  );
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** Every combination of the values, the last option changing fastest. Ranges give their ends. */
export function combinations(space: Space): TrialOptions[] {
  return Object.entries(space).reduce<TrialOptions[]>(
    (partial, [name, dimension]) =>
      partial.flatMap((options) =>
        valuesOf(dimension).map((value) => ({ ...options, [name]: value })),
      ),
    [{}],
  );
}

const valuesOf = (dimension: Dimension) =>
  'values' in dimension ? dimension.values : [dimension.min, dimension.max];

/** Options that between them have every value and every end of a range: what has to be checked of a space. */
export function spaceBounds(space: Space): TrialOptions[] {
  const single = Object.entries(space).flatMap(([name, dimension]) =>
    valuesOf(dimension).map((value) => ({ [name]: value })),
  );
  return single.length === 0 ? [{}] : single;
}

/** One combination, each option drawn for itself. */
export function drawOptions(space: Space, stream: RandomStream): TrialOptions {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [name, drawValue(dimension, stream)]),
  );
}

function drawValue(dimension: Dimension, stream: RandomStream): string | number | boolean {
  if ('values' in dimension) return dimension.values[stream.integer(dimension.values.length)]!;
  const { min, max, scale, integer } = dimension;
  if (integer && scale === 'linear') return min + stream.integer(max - min + 1);
  const share = stream.uniform();
  const value = scale === 'linear' ? min + share * (max - min) : min * (max / min) ** share;
  if (integer) return Math.min(max, Math.max(min, Math.round(value)));
  // Six digits are enough to repeat a trial by hand.
  return Number(value.toPrecision(6));
}
