import { publishedDatasets, type Preset, type Presets } from '@mmrec/core';
import type { MmsslOptions } from './options.js';

/** The authors have one set of defaults; `early_stopping_patience` 7 stops after 8 epochs without a better one. */
const common = {
  protocol: 'lattice',
  options: {
    embeddingSize: 64,
    numLayers: 2,
    numHeads: 4,
    dropout: 0.2,
    modalityIdWeight: 0.36,
    modalityWeight: 0.55,
    contrastWeight: 0.03,
    temperature: 0.5,
    regWeight: 1e-5,
    featureRegWeight: 1e-5,
    adversarialWeight: 1e-4,
    criticDropout: 0.31,
    criticOutputDropout: 0.5,
    criticLearningRate: 3e-4,
  },
  training: {
    learningRate: 5.5e-4,
    weightDecay: 0.01,
    batchSize: 1024,
    epochs: 1000,
    patience: 8,
  },
  basis: 'defaults',
  source: 'github.com/HKUDS/MMSSL MMSSL/utility/parser.py',
  note: "Variant `paper`; --set variant=published does what the authors' code does. That code chooses its epoch on the test split, ours on validation.",
} as const satisfies Partial<Preset<MmsslOptions>>;

const figures = (recall: number, precision: number, ndcg: number) => [
  {
    metrics: { 'recall@20': recall, 'precision@20': precision, 'ndcg@20': ndcg },
    protocol: 'lattice' as const,
    source: 'github.com/HKUDS/MMSSL README.md, the results of arXiv 2302.10632',
  },
];

/** MMSSL's published settings. */
export const mmsslPresets = {
  tiktok: {
    ...common,
    dataset: publishedDatasets.tiktok,
    note: `${common.note} The paper has visual, acoustic and textual features of TikTok.`,
    published: figures(0.0921, 0.0046, 0.0392),
    measured: {
      metrics: { 'recall@10': 0.0501, 'recall@20': 0.0824, 'ndcg@10': 0.0275, 'ndcg@20': 0.0356 },
      protocol: 'lattice',
      source: "authors' code without its discriminator, seed 2022, epoch 24 of 26, two modalities",
    },
  },
  baby: {
    ...common,
    dataset: publishedDatasets.baby,
    published: figures(0.0962, 0.0051, 0.0422),
  },
  sports: {
    ...common,
    dataset: publishedDatasets.sports,
    published: figures(0.0998, 0.0052, 0.047),
  },
  allrecipes: {
    ...common,
    dataset: publishedDatasets.allrecipes,
    published: figures(0.0367, 0.0018, 0.0135),
  },
} as const satisfies Presets<MmsslOptions>;
