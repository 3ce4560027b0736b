/** Candidates to choose from, and how they compare. */
export interface Candidates {
  /** Best first. */
  readonly items: readonly number[];
  /** In the order of the items. */
  readonly scores: readonly number[];
  /** Cosine of two items' embeddings. */
  similarity(a: number, b: number): number;
}

/**
 * Maximal marginal relevance: takes, one after the other, the candidate with the largest
 *
 * $$(1 - \lambda) \, r_i - \lambda \max_{j \in S} \cos(e_i, e_j)$$
 *
 * where r are the candidates' scores stretched to 0…1, S what was taken before and λ the wanted diversity.
 *
 * @param diversity - λ, 0 (the order of the scores) to 1.
 * @returns Positions among the candidates, `k` or all of them.
 * @see Carbonell and Goldstein, The use of MMR, diversity-based reranking, SIGIR 1998.
 * @example
 * ```ts
 * const twins = { items: [0, 1, 2], scores: [3, 2.9, 1], similarity: (a: number, b: number) => (a + b === 1 ? 1 : 0) };
 * [diversify(twins, 2, 0), diversify(twins, 2, 0.7)] // => [[0, 1], [0, 2]]
 * ```
 */
export function diversify(
  { items, scores, similarity }: Candidates,
  k: number,
  diversity: number,
): number[] {
  const count = Math.min(k, items.length);
  if (diversity === 0) return Array.from({ length: count }, (_, place) => place);
  const [best, worst] = [Math.max(...scores), Math.min(...scores)];
  const relevance = scores.map((score) => (score - worst) / (best - worst || 1));
  // The similarity of each candidate to the nearest that was taken: one comparison a candidate and step.
  const nearest = items.map(() => 0);
  const open = new Set(items.keys());
  const taken: number[] = [];
  while (taken.length < count) {
    let choice = -1;
    let most = -Infinity;
    for (const at of open) {
      const value = (1 - diversity) * relevance[at]! - diversity * nearest[at]!;
      if (value > most) [choice, most] = [at, value];
    }
    open.delete(choice);
    taken.push(choice);
    for (const at of open)
      nearest[at] = Math.max(nearest[at]!, similarity(items[at]!, items[choice]!));
  }
  return taken;
}
