import type { Interactions, Recommender, Rng } from '@mmrec/core';
import { evaluateRanking, type RankingMetric, type RankingProtocol } from '@mmrec/metrics';
import { dispose } from '@tensorflow/tfjs-core';
import { evaluate } from './evaluate.js';

/** What a validation needs besides the model. */
export interface ValidationInputs {
  readonly train: Interactions;
  readonly validation?: Interactions;
  readonly protocol: RankingProtocol;
  /** The metric that chooses the epoch, such as `recall@20`. */
  readonly metric: string;
  readonly rng: Rng;
}

/** Validation metrics of an epoch. */
export interface ValidationRecord {
  readonly valid: Readonly<Record<string, number>>;
  readonly evaluationSeconds: number;
}

/**
 * Prepares the evaluation of a model on the validation split.
 *
 * @returns A function that evaluates the model as it is, or undefined when there is nothing to evaluate on.
 * @throws {RangeError} If there is no such metric.
 */
export async function createValidation(
  model: Recommender,
  { train, validation, protocol, metric, rng }: ValidationInputs,
): Promise<(() => Promise<ValidationRecord>) | undefined> {
  const target = parseMetric(metric);
  await checkMetric(target, protocol);
  if (!validation?.users.length) return undefined;
  return async () => {
    const start = performance.now();
    const embeddings = model.embed(rng.fork('embed'));
    const { users, mean } = await evaluate(
      embeddings,
      { train, heldOut: validation },
      {
        protocol,
        metrics: [...new Set<RankingMetric>([target.metric, 'recall', 'ndcg'])],
        ks: [...new Set([target.k, 10, 20])],
      },
    );
    dispose([embeddings.users, embeddings.items]);
    if (users.length === 0) {
      throw new RangeError(
        'fit: validation must hold a user with training interactions, got none.',
      );
    }
    return { valid: mean, evaluationSeconds: (performance.now() - start) / 1000 };
  };
}

interface TargetMetric {
  readonly metric: RankingMetric;
  readonly k: number;
}

function parseMetric(text: string): TargetMetric {
  const [, metric, k] = /^([a-z]+)@([1-9]\d*)$/.exec(text) ?? [];
  if (metric === undefined) {
    throw new RangeError(`fit: metric must look like recall@20, got '${text}'.`);
  }
  return { metric: metric as RankingMetric, k: Number(k) };
}

/** Evaluates nothing, so that a name that doesn't exist is found before an epoch is spent. */
async function checkMetric({ metric, k }: TargetMetric, protocol: RankingProtocol): Promise<void> {
  const relevant = { offsets: Int32Array.of(0), items: new Int32Array(0) };
  await evaluateRanking({
    topK: () => new Int32Array(0),
    relevant,
    metrics: [metric],
    ks: [k],
    protocol,
  });
}
