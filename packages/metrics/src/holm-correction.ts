/**
 * Holm's correction of p-values for testing several hypotheses at once: rejecting where the
 * corrected value is below α keeps the chance of any false rejection below α.
 *
 * $$\tilde{p}_{(i)} = \max_{j \le i} \min\bigl(1, (m - j + 1)\, p_{(j)}\bigr)$$
 *
 * @param pValues - From 0 to 1, in any order.
 * @returns Corrected p-values in the order given, each at least the value given.
 * @throws {RangeError} If a value is not from 0 to 1.
 * @see Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 1979.
 * @example
 * ```ts
 * holmCorrection([0.01, 0.04, 0.03, 0.005]) // => [0.03, 0.06, 0.06, 0.02]
 * ```
 */
export function holmCorrection(pValues: readonly number[]): number[] {
  pValues.forEach((value, at) => {
    if (value >= 0 && value <= 1) return;
    throw new RangeError(
      `holmCorrection: pValues must be from 0 to 1, got ${value} at position ${at}.`,
    );
  });
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[at]!));
    corrected[at] = largest;
  });
  return corrected;
}
