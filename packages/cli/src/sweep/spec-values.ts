import { UsageError } from '../usage-error.js';

/** Whether a value of a specification is an object with keys, and no list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is an integer of at least `least`. */
export function isInteger(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** @throws {UsageError} If a value is not an integer ≥ `least`; `what` names file and key. */
export function integerFrom(least: number, value: unknown, what: string): number {
  if (isInteger(value, least)) return value;
  throw new UsageError(`${what} must be an integer ≥ ${least}, got ${show(value)}.`);
}
