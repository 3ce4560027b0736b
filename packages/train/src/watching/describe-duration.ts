/**
 * A time for people: `45 s`, `12 min` or `3 h 20 min`.
 *
 * @example
 * ```ts
 * [45, 720, 12_000].map(describeDuration) // => ['45 s', '12 min', '3 h 20 min']
 * ```
 */
export function describeDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
