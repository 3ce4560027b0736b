/** How {@link inverseDegrees} treats the sums, and what to call them in a message. */
interface InverseDegreesOptions {
  readonly where: string;
  readonly what: 'row' | 'column';
  readonly epsilon: number;
  readonly exponent: number;
}

/**
 * `(sum + epsilon)^−exponent` of each sum; 0 where `sum + epsilon` is 0.
 *
 * @throws {RangeError} If `sum + epsilon` is negative or NaN.
 */
export function inverseDegrees(sums: Float64Array, options: InverseDegreesOptions): Float64Array {
  const { where, what, epsilon, exponent } = options;
  return sums.map((sum, at) => {
    const degree = sum + epsilon;
    if (degree >= 0) return degree === 0 ? 0 : degree ** -exponent;
    throw new RangeError(`${where}: ${what} sums must be ≥ 0, got ${sum} in ${what} ${at}.`);
  });
}
