import { publishedDatasets, type Preset, type Presets } from '@mmrec/core';
import type { AlignRecOptions } from './options.js';

/** What the authors' files and paper state for all data sets; `stopping_step` 30 stops after 31 misses. */
const common = {
  protocol: 'mmrec',
  options: {
    embeddingSize: 64,
    numLayers: 2,
    numItemLayers: 1,
    numNeighbors: 10,
    categoryWeight: 0.01,
    userItemWeight: 0.1,
    similarityWeight: 0.1,
    regWeight: 1e-4,
  },
  training: { learningRate: 5e-4, batchSize: 2048, epochs: 1000, patience: 31 },
} as const satisfies Partial<Preset<AlignRecOptions>>;

const searched = {
  ...common,
  basis: 'grid',
  source:
    'github.com/sjtulyf123/AlignRec_CIKM24 src/configs/model/ALIGNREC.yaml and src/configs/overall.yaml',
  note: 'The authors search learning rate (0.0001–0.005), cl_loss (0.0001–0.1) and sim_weight (0.1–0.5); the values here are those of a commented line (0.0005, 0.01) and our default (0.1). Their learning rate falls by 4 % in 50 epochs, ours is constant. Their unified features are needed. The figures of the paper (arXiv 2403.12384) could not be consulted.',
} as const;

/** AlignRec's published settings, and TikTok's of this project. */
export const alignRecPresets = {
  baby: { ...searched, dataset: publishedDatasets.baby },
  sports: { ...searched, dataset: publishedDatasets.sports },
  electronics: { ...searched, dataset: publishedDatasets.electronics },
  tiktok: {
    ...common,
    dataset: publishedDatasets.tiktok,
    basis: 'measured',
    source: "the settings with which this project ran the authors' code",
    note: 'Image and audio features side by side, rows of length 1, stand for unified ones.',
    measured: {
      metrics: { 'recall@10': 0.074, 'recall@20': 0.1135, 'ndcg@10': 0.0381, 'ndcg@20': 0.048 },
      protocol: 'mmrec',
      source: "authors' code, seed 999, epoch 82 of 103",
    },
  },
} as const satisfies Presets<AlignRecOptions>;
