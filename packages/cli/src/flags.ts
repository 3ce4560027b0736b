import { suggestion } from '@mmrec/core';
import { backendNames, type BackendName } from '@mmrec/ops';
import { UsageError } from './usage-error.js';

/** @throws {UsageError} If a flag's text is not an integer ≥ 0. */
export function wholeNumber(flag: string, text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(`${flag} must be an integer ≥ 0, got '${text}'.`);
}

/** @throws {UsageError} If a flag's text is not an integer ≥ 1. */
export function atLeastOne(flag: string, text: string): number {
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(`${flag} must be an integer ≥ 1, got '${text}'.`);
}

/** @throws {UsageError} If a flag's text is not a number from 0 to `most`. */
export function fraction(flag: string, text: string, most: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= 0 && value <= most) return value;
  const allowed = most === Infinity ? '≥ 0' : `from 0 to ${most}`;
  throw new UsageError(`${flag} must be a number ${allowed}, got '${text}'.`);
}

/** @throws {UsageError} If a flag's text is none of the choices. */
export function choice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${flag} must be one of ${choices.join(', ')}, got '${text}'.${suggestion(text, choices)}`,
  );
}

/** Comma-separated positive integers. @throws {UsageError} If one is not. */
export function lengths(flag: string, text: string): number[] {
  return text.split(',').map((part) => {
    const value = wholeNumber(flag, part.trim());
    if (value === 0) throw new UsageError(`${flag} must be integers ≥ 1, got '${text}'.`);
    return value;
  });
}

/** The back end that `--backend` names, `auto` by default. @throws {UsageError} If there is none of that name. */
export function backendFlag(text = 'auto'): BackendName | 'auto' {
  return choice('--backend', text, ['auto', ...backendNames] as const);
}

/** @throws {UsageError} If a flag's text is no http or https address. */
export function checkHttpAddress(flag: string, text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UsageError(`${flag} must be an http or https address, got '${text}'.`);
}

const protocols = ['mmrec', 'lattice'] as const;

/** The protocol that `--protocol` names. @throws {UsageError} If there is none of that name. */
export function protocolFlag(
  text: string | undefined,
  otherwise: (typeof protocols)[number] = 'mmrec',
): (typeof protocols)[number] {
  return text === undefined ? otherwise : choice('--protocol', text, protocols);
}

/** @throws {UsageError} If a flag's text is not a number above 0 and below 1. */
export function shareBetween(flag: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value < 1) return value;
  throw new UsageError(`${flag} must be a number above 0 and below 1, got '${text}'.`);
}

/** @throws {UsageError} If `--port` is no port. */
export function portFlag(where: string, text: string): number {
  const port = wholeNumber('--port', text);
  if (port <= 65_535) return port;
  throw new UsageError(`${where}: --port must be at most 65535, got ${port}.`);
}

/** What a range is of, for messages. */
export interface RangeOf {
  /** Such as `item`. */
  readonly thing: string;
  readonly count: number;
  /** End of the range that the message shows. */
  readonly example: number;
}

/**
 * The numbers that `--range` names: the first, and the one after the last.
 *
 * @throws {UsageError} If the text is no range of these things.
 */
export function rangeFlag(
  text: string,
  { thing, count, example }: RangeOf,
): readonly [number, number] {
  const [, first, end] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (first !== undefined && end !== undefined && first < end && end <= count) return [first, end];
  throw new UsageError(
    `--range must be the first ${thing}'s number and the one after the last, up to ${count}, such as 0-${example}, got '${text}'.`,
  );
}
