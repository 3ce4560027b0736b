/**
 * Differences of paired values, in float64.
 *
 * @throws {RangeError} If the lengths differ, fewer than two pairs are given, or a value is not finite.
 */
export function pairedDifferences(
  where: string,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float64Array {
  if (a.length !== b.length) {
    throw new RangeError(
      `${where}: a and b must have the same length, got ${a.length} and ${b.length}.`,
    );
  }
  if (a.length < 2) {
    throw new RangeError(`${where}: at least two pairs are needed, got ${a.length}.`);
  }
  const differences = Float64Array.from(a, (value, at) => value - b[at]!);
  const at = differences.findIndex((difference) => !Number.isFinite(difference));
  if (at !== -1) {
    throw new RangeError(
      `${where}: values must be finite, got ${a[at]} and ${b[at]} in pair ${at}.`,
    );
  }
  return differences;
}
