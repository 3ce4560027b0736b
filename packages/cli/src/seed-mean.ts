/** A mean over runs that differ in their seed; the standard deviation is absent for a single one. */
export interface SeedMean {
  readonly mean: number;
  readonly deviation?: number;
}

/** Mean and standard deviation (of a sample) of one value a run, of one run at least. */
export function seedMean(values: readonly number[]): SeedMean {
  const mean = meanOf(values);
  if (values.length === 1) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Mean of at least one value. */
export const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
