import { itemsByUser, type FeatureMatrix, type Rng } from '@mmrec/core';
import { concatenateFeatures, maskFeatures, type MaskFeaturesOptions } from '@mmrec/features';
import { evaluateRanking, mostPopularTopK, randomTopK, type TopK } from '@mmrec/metrics';
import { rankingOf, type EvaluationInputs, type EvaluationOptions } from './evaluate.js';
import { itemCfTopK, type ItemCfOptions } from './item-cf-top-k.js';
import { zeroShotTopK } from './zero-shot-top-k.js';

/** Feature matrices to judge, each with a row an item. */
export interface FeatureSets {
  /** Judged alone and joined; each is masked in turn. */
  readonly modalities?: Readonly<Record<string, FeatureMatrix>>;
  /** Judged alone, and masked alone. */
  readonly others?: Readonly<Record<string, FeatureMatrix>>;
}

/** How {@link evaluateFeatures} judges. */
export interface FeatureEvaluationOptions extends EvaluationOptions {
  /** Draws the random ranking and the items that are masked. */
  readonly rng: Rng;
  /** Of the item-CF ranking. */
  readonly itemCf?: Partial<ItemCfOptions>;
  /** Of the masking. */
  readonly mask?: Partial<MaskFeaturesOptions>;
}

type Metrics = Readonly<Record<string, number>>;

/** How a ranking was made. */
type FeatureRanking = 'random' | 'mostPopular' | 'zeroShot' | 'itemCf';

/** One line of the table. */
export interface FeatureRow {
  readonly ranking: FeatureRanking;
  /** The set of features; absent for rankings that use none. */
  readonly features?: string;
  /** The modality that a share of the items has lost. */
  readonly masked?: string;
  /** Means over the users, by names such as `recall@20`. */
  readonly metrics: Metrics;
  /** With `masked`: what is left of each metric, as a share of the same ranking's with all features. */
  readonly kept?: Metrics;
}

/** What feature sets are worth. */
export interface FeatureEvaluation {
  /** Number of users evaluated. */
  readonly users: number;
  readonly rows: readonly FeatureRow[];
}

interface Candidate {
  readonly name: string;
  readonly matrix: FeatureMatrix;
  /** The same with one modality masked, by its name. */
  readonly masked: () => readonly (readonly [modality: string, matrix: FeatureMatrix])[];
}

/**
 * Judges item features without training a model, by three protocols: zero-shot ({@link zeroShotTopK}), item-CF
 * ({@link itemCfTopK}), and how much of both is left when a share of the items loses one modality
 * (`maskFeatures` of `@mmrec/features`). A random ranking and the most popular items stand beside them.
 *
 * @param sets - Modalities are judged one by one and joined (`concatenateFeatures`); other matrices alone.
 * @param inputs - Training interactions, which are the users' histories, and held-out ones.
 * @param options - Metrics, lengths and protocol as for `evaluate`; of item-CF and masking.
 * @throws {TypeError | RangeError} If a matrix hasn't a row an item, there is none, or an option is not allowed.
 * @see Liu et al., AlignRec, CIKM 2024, §5.3. https://arxiv.org/abs/2403.12384
 */
export async function evaluateFeatures(
  sets: FeatureSets,
  inputs: EvaluationInputs,
  { rng, itemCf = {}, mask = {}, ...options }: FeatureEvaluationOptions,
): Promise<FeatureEvaluation> {
  const { train } = inputs;
  const candidates = candidatesOf(sets, (matrix) => maskFeatures(matrix, rng.fork('mask'), mask));
  const ranking = rankingOf(inputs, options);
  const judge = async (topK: TopK, blockSize = ranking.blockSize) => {
    const { users, mean } = await evaluateRanking({ ...ranking, topK, blockSize });
    return { users: users.length, metrics: mean as Metrics };
  };
  const random = await judge(randomTopK(rng.fork('random'), train.numItems));
  const popular = await judge(mostPopularTopK(itemsByUser(train), train.numItems));
  const rows: FeatureRow[] = [
    { ranking: 'random', metrics: random.metrics },
    { ranking: 'mostPopular', metrics: popular.metrics },
  ];
  const rankers = {
    zeroShot: (matrix: FeatureMatrix) => judge(zeroShotTopK(matrix, train), usersAtATime(matrix)),
    itemCf: (matrix: FeatureMatrix) => judge(itemCfTopK(matrix, train, itemCf)),
  };
  for (const name of ['zeroShot', 'itemCf'] as const) {
    for (const { name: features, matrix, masked } of candidates) {
      const { metrics } = await rankers[name](matrix);
      rows.push({ ranking: name, features, metrics });
      for (const [modality, less] of masked()) {
        const left = (await rankers[name](less)).metrics;
        rows.push({
          ...{ ranking: name, features, masked: modality },
          ...{ metrics: left, kept: shareOf(left, metrics) },
        });
      }
    }
  }
  return { users: random.users, rows };
}

/** Each metric as a share of what it was; metrics that were 0 are left out. */
function shareOf(left: Metrics, whole: Metrics): Metrics {
  const names = Object.keys(left).filter((name) => whole[name] !== 0);
  return Object.fromEntries(names.map((name) => [name, left[name]! / whole[name]!]));
}

/** Users whose vectors are in memory at a time: some 64 MB of them. */
function usersAtATime({ columns }: FeatureMatrix): number {
  return Math.min(8192, Math.max(64, Math.ceil(2 ** 24 / columns)));
}

function candidatesOf(
  { modalities = {}, others = {} }: FeatureSets,
  mask: (matrix: FeatureMatrix) => FeatureMatrix,
): Candidate[] {
  const names = Object.keys(modalities);
  const alone = (name: string, matrix: FeatureMatrix, isMasked: boolean): Candidate => ({
    name,
    matrix,
    masked: () => (isMasked ? [[name, mask(matrix)]] : []),
  });
  const all = [
    ...Object.entries(modalities).map(([name, matrix]) => alone(name, matrix, names.length === 1)),
    ...Object.entries(others).map(([name, matrix]) => alone(name, matrix, true)),
  ];
  if (all.length === 0) {
    throw new RangeError('evaluateFeatures: sets must hold at least one matrix, got none.');
  }
  if (names.length < 2) return all;
  const joined: Candidate = {
    name: names.join(' + '),
    matrix: concatenateFeatures(modalities),
    masked: () =>
      names.map((name) => {
        const less = { ...modalities, [name]: mask(modalities[name]!) };
        return [name, concatenateFeatures(less)];
      }),
  };
  return [...all.slice(0, names.length), joined, ...all.slice(names.length)];
}
