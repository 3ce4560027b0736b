import { publishedDatasets, type Preset, type Presets } from '@mmrec/core';
import type { Bm3Options } from './options.js';

const readme = 'github.com/enoche/BM3 README.md, best hyper-parameters';
const toolbox = 'github.com/enoche/MMRec src/configs/model/BM3.yaml and src/configs/overall.yaml';
const table =
  'github.com/enoche/MMRec evaluation/README.md, by the authors of BM3 (arXiv 2207.05969)';

/** Stated for all data sets. The toolbox's `stopping_step` of 20 stops after 21 evaluations without a better one. */
const common = {
  options: { embeddingSize: 64, contrastWeight: 2 },
  training: { learningRate: 1e-3, batchSize: 2048, epochs: 1000, patience: 21 },
} as const;

const reported = {
  protocol: 'mmrec',
  training: common.training,
  basis: 'reported',
  source: `${readme}; ${toolbox}`,
} as const satisfies Partial<Preset<Bm3Options>>;

/** The figures of the toolbox's authors under the toolbox's protocol. */
const figures = (recall: readonly [number, number], ndcg: readonly [number, number]) => [
  {
    metrics: {
      'recall@10': recall[0],
      'recall@20': recall[1],
      'ndcg@10': ndcg[0],
      'ndcg@20': ndcg[1],
    },
    protocol: 'mmrec' as const,
    source: table,
  },
];

/** BM3's published settings, and TikTok's of this project. */
export const bm3Presets = {
  baby: {
    ...reported,
    dataset: publishedDatasets.baby,
    options: { ...common.options, numLayers: 1, dropout: 0.5, regWeight: 0.1 },
    published: figures([0.0564, 0.0883], [0.0301, 0.0383]),
  },
  sports: {
    ...reported,
    dataset: publishedDatasets.sports,
    options: { ...common.options, numLayers: 1, dropout: 0.5, regWeight: 0.01 },
    published: figures([0.0656, 0.098], [0.0355, 0.0438]),
  },
  electronics: {
    ...reported,
    dataset: publishedDatasets.electronics,
    options: { ...common.options, numLayers: 2, dropout: 0.3, regWeight: 0.1 },
    published: figures([0.0437, 0.0648], [0.0247, 0.0302]),
  },
  tiktok: {
    dataset: publishedDatasets.tiktok,
    protocol: 'mmrec',
    options: { ...common.options, numLayers: 1, dropout: 0.5, regWeight: 0.1 },
    training: { ...common.training, patience: 201 },
    basis: 'measured',
    source: "the settings of Baby, with which this project ran the authors' code",
    note: 'With the authors’ early stopping validation stays at an early peak, at the level of popularity.',
    measured: {
      metrics: { 'recall@10': 0.0544, 'recall@20': 0.0813, 'ndcg@10': 0.0282, 'ndcg@20': 0.035 },
      protocol: 'mmrec',
      source: "authors' code, seed 999, best of 136 epochs, still rising",
    },
  },
} as const satisfies Presets<Bm3Options>;
