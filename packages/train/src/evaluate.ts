import { itemsByUser, type Embeddings, type Interactions } from '@mmrec/core';
import {
  evaluateRanking,
  type RankingEvaluation,
  type RankingInputs,
  type RankingMetric,
  type RankingProtocol,
} from '@mmrec/metrics';
import { createTopK } from '@mmrec/ops';

/** What is evaluated against what. */
export interface EvaluationInputs {
  /** Training interactions: masked out of every ranking. */
  readonly train: Interactions;
  /** Held-out interactions. */
  readonly heldOut: Interactions;
}

/** How rankings are judged. */
export interface EvaluationOptions {
  /** Default `mmrec`. */
  readonly protocol?: RankingProtocol;
  /** Default recall, ndcg and precision. */
  readonly metrics?: readonly RankingMetric[];
  /** Lengths of the lists. Default 10 and 20. */
  readonly ks?: readonly number[];
  /** Whether to return the retrieved lists, for metrics beyond accuracy. */
  readonly keepTopLists?: boolean;
}

/**
 * Judges embeddings by how well inner products rank held-out items among all items that a user has not
 * in training.
 *
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]`; not disposed.
 * @returns Means over users and each user's values, by names such as `recall@20`.
 */
export async function evaluate(
  embeddings: Embeddings,
  inputs: EvaluationInputs,
  options: EvaluationOptions = {},
): Promise<RankingEvaluation> {
  const { keepTopLists = false } = options;
  const topK = createTopK(embeddings);
  return evaluateRanking({ ...rankingOf(inputs, options), topK, keepTopLists });
}

/** What {@link evaluateRanking} needs besides the ranker. */
export function rankingOf(
  { train, heldOut }: EvaluationInputs,
  {
    protocol = 'mmrec',
    metrics = ['recall', 'ndcg', 'precision'],
    ks = [10, 20],
  }: EvaluationOptions,
): Omit<RankingInputs<RankingMetric, number>, 'topK'> & { readonly blockSize: number } {
  return {
    relevant: itemsByUser(heldOut),
    exclude: itemsByUser(train),
    metrics,
    ks,
    protocol,
    // The kernel goes through users in blocks of its own, on all threads.
    blockSize: 8192,
    // The published code of this protocol retrieves 20 items, and takes its ideal from them.
    ...(protocol === 'lattice' && { listLength: Math.max(20, ...ks) }),
  };
}
