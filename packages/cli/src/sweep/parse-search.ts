import { suggestion } from '@mmrec/core';
import { UsageError } from '../usage-error.js';
import { integerFrom, isInteger, isMapping, show } from './spec-values.js';

/** How options are chosen from their space. */
export type Search =
  | { readonly method: 'grid' }
  | { readonly method: 'random'; readonly trials: number; readonly seed: number }
  | {
      readonly method: 'halving';
      readonly trials: number;
      readonly seed: number;
      /** Epochs up to which the trials of each round train, rising. */
      readonly rounds: readonly number[];
      /** Share of the trials that goes on to the next round. */
      readonly keep: number;
    };

const methods = ['grid', 'random', 'halving'] as const;
const keysOf = {
  grid: ['method'],
  random: ['method', 'trials', 'seed'],
  halving: ['method', 'trials', 'seed', 'rounds', 'keep'],
};

/**
 * How to search as a file has it: a method's name, or a mapping with `method` and its settings.
 *
 * @throws {UsageError} For an unknown method or key, or a setting out of range.
 */
export function parseSearch(value: unknown, where: string): Search {
  const given = typeof value === 'string' ? { method: value } : value;
  const method = isMapping(given) ? methods.find((name) => name === given['method']) : undefined;
  if (!isMapping(given) || method === undefined) {
    const name = isMapping(given) ? given['method'] : given;
    throw new UsageError(
      `${where}: search must be one of ${methods.join(', ')}, or a mapping with such a method, got ${show(name)}.${suggestion(String(name), methods)}`,
    );
  }
  for (const key of Object.keys(given)) {
    if (keysOf[method].includes(key)) continue;
    throw new UsageError(
      `${where}: unknown key 'search.${key}' for ${method}.${suggestion(key, keysOf[method])}`,
    );
  }
  if (method === 'grid') return { method };
  const { trials = 20, seed = 1, rounds = [5, 15, 45], keep = 1 / 3 } = given;
  const drawn = {
    trials: integerFrom(1, trials, `${where}: search.trials`),
    seed: integerFrom(0, seed, `${where}: search.seed`),
  };
  if (method === 'random') return { method, ...drawn };
  const rising =
    Array.isArray(rounds) &&
    rounds.length > 0 &&
    rounds.every((round, at) => isInteger(round, 1) && (at === 0 || round > rounds[at - 1]));
  check(rising, `${where}: search.rounds must be rising numbers of epochs`, rounds);
  const share = typeof keep === 'number' && keep > 0 && keep < 1;
  check(share, `${where}: search.keep must be a number > 0 and < 1`, keep);
  return { method, ...drawn, rounds: rounds as number[], keep: keep as number };
}

function check(fits: boolean, rule: string, got: unknown): void {
  if (!fits) throw new UsageError(`${rule}, got ${show(got)}.`);
}
