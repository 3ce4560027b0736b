/** A value of a loss, a rate or a time, to four digits. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e6 ? value.toExponential(3) : value.toPrecision(4);
}

/** A share as `7.2 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * A number at an axis, with the decimals that tell it from its neighbours.
 *
 * @param step - From one to the next.
 */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(0);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return value.toFixed(Math.min(decimals, 6)).replace(/^(-?)0\./, '$1.');
}

/** Units of time, the longest that fits first. */
const units = [
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** The unit in which a time in seconds is told best. */
export function timeUnit(seconds: number): (typeof units)[number] {
  return units.find((unit) => seconds >= 2 * unit.seconds) ?? units[2];
}
