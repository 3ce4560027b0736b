import { suggestion } from '@mmrec/core';
import { hit } from './hit-at-k.js';
import type { HitList } from './hit-list.js';
import { latticeNdcg } from './lattice-ndcg-at-k.js';
import { map } from './map-at-k.js';
import { mrr } from './mrr-at-k.js';
import { ndcg } from './ndcg-at-k.js';
import { precision } from './precision-at-k.js';
import { recall } from './recall-at-k.js';

/** Names of the ranking metrics. */
export const rankingMetrics = ['recall', 'ndcg', 'precision', 'map', 'mrr', 'hit'] as const;

/** A name in {@link rankingMetrics}. */
export type RankingMetric = (typeof rankingMetrics)[number];

/**
 * Which published convention to follow. `mmrec`: ideal DCG over min(|relevant|, K); users without
 * training items are not evaluated. `lattice` (LATTICE, MMSSL, DiffMM): ideal DCG from the hits of
 * the whole retrieved list; users without training items are evaluated.
 */
export type RankingProtocol = 'mmrec' | 'lattice';

type MarkedMetric = (list: HitList, k: number) => number;

const shared = { recall, precision, map, mrr, hit };

const metricsByProtocol: Readonly<
  Record<RankingProtocol, Readonly<Record<RankingMetric, MarkedMetric>>>
> = {
  mmrec: { ...shared, ndcg },
  lattice: { ...shared, ndcg: latticeNdcg },
};

/**
 * A protocol's metrics by name.
 *
 * @throws {RangeError} For an unknown protocol or metric, naming the nearest known one.
 */
export function resolveMetrics(
  where: string,
  names: readonly RankingMetric[],
  protocol: RankingProtocol,
): readonly (readonly [RankingMetric, MarkedMetric])[] {
  const known =
    metricsByProtocol[requireKnown(where, { protocol }, Object.keys(metricsByProtocol))];
  return names.map((metric) => {
    const name = requireKnown(where, { metric }, Object.keys(known));
    return [name, known[name]] as const;
  });
}

function requireKnown<Name extends string>(
  where: string,
  named: Readonly<Record<string, Name>>,
  known: readonly string[],
): Name {
  const [[what, name]] = Object.entries(named) as [[string, Name]];
  if (known.includes(name)) return name;
  const allowed = known.map((each) => `'${each}'`).join(', ');
  throw new RangeError(
    `${where}: ${what} must be one of ${allowed}, got '${name}'.${suggestion(name, known)}`,
  );
}
