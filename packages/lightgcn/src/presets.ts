import { publishedDatasets, type Preset, type Presets } from '@mmrec/core';
import type { LightGcnOptions } from './options.js';

const toolboxTable =
  'github.com/enoche/MMRec evaluation/README.md, by the authors of BM3 (arXiv 2207.05969)';
const mmsslTable = 'github.com/HKUDS/MMSSL README.md, the results of arXiv 2302.10632';

/** The toolbox's `stopping_step` of 20 stops after 21 evaluations without a better one. */
const common = {
  options: { embeddingSize: 64, numLayers: 3, regWeight: 1e-4 },
  training: { learningRate: 1e-3, batchSize: 2048, epochs: 1000, patience: 21 },
} as const satisfies Partial<Preset<LightGcnOptions>>;

const searched = {
  ...common,
  basis: 'grid',
  source:
    'github.com/enoche/MMRec src/configs/model/LightGCNTorch.yaml and src/configs/overall.yaml',
  note: 'The toolbox searches 1 to 4 layers and λ from 1e-6 to 1e-2 and names no best values: these are our defaults, within its grid.',
} as const;

const ofToolbox = (recall: readonly [number, number], ndcg: readonly [number, number]) => ({
  metrics: {
    'recall@10': recall[0],
    'recall@20': recall[1],
    'ndcg@10': ndcg[0],
    'ndcg@20': ndcg[1],
  },
  protocol: 'mmrec' as const,
  source: toolboxTable,
});

const ofMmssl = (recall: number, precision: number, ndcg: number) => ({
  metrics: { 'recall@20': recall, 'precision@20': precision, 'ndcg@20': ndcg },
  protocol: 'lattice' as const,
  source: mmsslTable,
});

/** LightGCN as the baseline of the multimodal papers. */
export const lightGcnPresets = {
  baby: {
    ...searched,
    dataset: publishedDatasets.baby,
    protocol: 'mmrec',
    published: [ofToolbox([0.0479, 0.0754], [0.0257, 0.0328]), ofMmssl(0.0698, 0.0037, 0.0319)],
  },
  sports: {
    ...searched,
    dataset: publishedDatasets.sports,
    protocol: 'mmrec',
    published: [ofToolbox([0.0569, 0.0864], [0.0311, 0.0387]), ofMmssl(0.0782, 0.0042, 0.0369)],
  },
  electronics: {
    ...searched,
    dataset: publishedDatasets.electronics,
    protocol: 'mmrec',
    published: [ofToolbox([0.0363, 0.054], [0.0204, 0.025])],
  },
  tiktok: {
    ...common,
    dataset: publishedDatasets.tiktok,
    protocol: 'lattice',
    basis: 'measured',
    source: 'the settings with which this project ran the toolbox',
    published: [ofMmssl(0.0653, 0.0033, 0.0282)],
    measured: {
      metrics: { 'recall@10': 0.0478, 'recall@20': 0.0851, 'ndcg@10': 0.0312, 'ndcg@20': 0.0405 },
      protocol: 'mmrec',
      source: 'the MMRec toolbox, seed 999, epoch 35 of 56',
    },
  },
  allrecipes: {
    ...searched,
    dataset: publishedDatasets.allrecipes,
    protocol: 'lattice',
    published: [ofMmssl(0.0212, 0.001, 0.0076)],
  },
} as const satisfies Presets<LightGcnOptions>;
