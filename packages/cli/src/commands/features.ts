import { basename } from 'node:path';
import { createRng, type FeatureMatrix } from '@mmrec/core';
import { readFeatureFile, readFeatureFolder, requireFeatures } from '@mmrec/features';
import { useBackend } from '@mmrec/ops';
import { evaluateFeatures, type FeatureEvaluation, type FeatureRow } from '@mmrec/train';
import {
  atLeastOne,
  backendFlag,
  choice,
  fraction,
  lengths,
  protocolFlag,
  wholeNumber,
} from '../flags.js';
import { loadData } from '../load-data.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec features evaluate`. */
export interface EvaluateFeaturesFlags {
  readonly data: string;
  readonly features?: readonly string[];
  readonly modalities?: string;
  readonly split?: string;
  readonly k?: string;
  readonly protocol?: string;
  readonly neighbors?: string;
  readonly shrinkage?: string;
  readonly mask?: string;
  readonly fill?: string;
  readonly seed?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

type Matrices = Readonly<Record<string, FeatureMatrix>>;

/** `mmrec features evaluate`: what item features are worth, without training a model. */
export async function evaluateFeatureSets(
  flags: EvaluateFeaturesFlags,
  { stdout }: Streams,
): Promise<void> {
  const plan = {
    split: choice('--split', flags.split ?? 'test', ['test', 'validation'] as const),
    protocol: protocolFlag(flags.protocol),
    ks: lengths('-k', flags.k ?? '10,20'),
    seed: wholeNumber('--seed', flags.seed ?? '1'),
    numNeighbors: atLeastOne('--neighbors', flags.neighbors ?? '50'),
    shrinkage: fraction('--shrinkage', flags.shrinkage ?? '0', Infinity),
    share: fraction('--mask', flags.mask ?? '0.5', 1),
    fill: choice('--fill', flags.fill ?? 'zero', ['zero', 'mean'] as const),
  };
  const backend = backendFlag(flags.backend);
  const { dataset } = await loadData(flags.data, { needsFeatures: false });
  const heldOut = dataset[plan.split];
  if (heldOut.users.length === 0) {
    throw new RangeError(
      `features evaluate: ${flags.data} must hold ${plan.split} interactions, got none. Choose another --split.`,
    );
  }
  const sets = await readSets(flags, dataset.train.numItems);
  await useBackend(backend);
  const { split, protocol, ks, seed, numNeighbors, shrinkage, share, fill } = plan;
  const result = await evaluateFeatures(
    sets,
    { train: dataset.train, heldOut },
    {
      ...{ protocol, ks, metrics: ['recall', 'ndcg'] },
      rng: createRng(seed),
      itemCf: { numNeighbors, shrinkage },
      mask: { share, fill },
    },
  );
  if (flags.json) {
    stdout.write(`${JSON.stringify({ ...plan, ...result }, null, 2)}\n`);
    return;
  }
  stdout.write(`${split}, ${result.users} users, protocol ${protocol}\n\n`);
  stdout.write(`${formatRows(result, ks)}\n\n`);
  const filling = fill === 'zero' ? 'zeros' : 'the mean';
  stdout.write(
    `masked: ${(100 * share).toFixed(0)} % of the items have ${filling} in place of that modality (seed ${seed}); kept: recall@${Math.max(...ks)} of that without masking\n`,
  );
}

/** The folder's modalities, and the files of `--features`, each by its name. */
async function readSets(
  { data, features: files = [], modalities: chosen }: EvaluateFeaturesFlags,
  numItems: number,
): Promise<{ modalities: Matrices; others: Matrices }> {
  // An encoder's output is made of the others: it is not joined with them again.
  const { unified, ...modalities } = await readFeatureFolder(data, {
    numItems,
    ...(chosen !== undefined && { modalities: chosen.split(',').map((name) => name.trim()) }),
  });
  const others: Record<string, FeatureMatrix> = unified ? { unified } : {};
  if (files.length === 0) requireFeatures(data, { ...modalities, ...others });
  for (const file of files) {
    const name = basename(file, '.npy');
    const taken = Object.hasOwn(others, name) || Object.hasOwn(modalities, name);
    if (taken) {
      throw new UsageError(
        `features evaluate: --features must have names of their own, got '${name}' twice. Rename ${file}.`,
      );
    }
    others[name] = await readFeatureFile(file, { numItems, where: 'features evaluate' });
  }
  return { modalities, others };
}

const rankings: Readonly<Record<FeatureRow['ranking'], string>> = {
  random: 'random',
  mostPopular: 'most popular',
  zeroShot: 'zero-shot',
  itemCf: 'item-CF',
};

function formatRows({ rows }: FeatureEvaluation, ks: readonly number[]): string {
  const names = ['recall', 'ndcg'].flatMap((metric) => ks.map((k) => `${metric}@${k}`));
  const decisive = `recall@${Math.max(...ks)}`;
  return formatTable(
    ['ranking', 'features', 'masked', ...names, 'kept'],
    rows.map(({ ranking, features, masked, metrics, kept }) => {
      const share = kept?.[decisive];
      return [
        ...[rankings[ranking], features ?? '–', masked ?? ''],
        ...names.map((name) => formatMetric(metrics[name]!)),
        share === undefined ? '' : `${(100 * share).toFixed(0)} %`,
      ];
    }),
  );
}
