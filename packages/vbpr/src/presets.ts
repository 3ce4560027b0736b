import { publishedDatasets, type Preset, type Presets } from '@mmrec/core';
import type { VbprOptions } from './create-vbpr.js';

/** The toolbox's `stopping_step` of 20 stops after 21 evaluations without a better one. */
const common = {
  options: { embeddingSize: 64, regWeight: 1e-4 },
  training: { learningRate: 1e-3, batchSize: 2048, epochs: 1000, patience: 21 },
  basis: 'grid',
  source: 'github.com/enoche/MMRec src/configs/model/VBPR.yaml and src/configs/overall.yaml',
  note: 'The toolbox searches λ from 1e-5 to 2 and names no best value. Its λ weighs norms that are not squared, ours squared ones: λ is our default.',
} as const satisfies Partial<Preset<VbprOptions>>;

const ofToolbox = (recall: readonly [number, number], ndcg: readonly [number, number]) => ({
  metrics: {
    'recall@10': recall[0],
    'recall@20': recall[1],
    'ndcg@10': ndcg[0],
    'ndcg@20': ndcg[1],
  },
  protocol: 'mmrec' as const,
  source: 'github.com/enoche/MMRec evaluation/README.md, by the authors of BM3 (arXiv 2207.05969)',
});

const ofMmssl = (recall: number, precision: number, ndcg: number) => ({
  metrics: { 'recall@20': recall, 'precision@20': precision, 'ndcg@20': ndcg },
  protocol: 'lattice' as const,
  source: 'github.com/HKUDS/MMSSL README.md, the results of arXiv 2302.10632',
});

/** VBPR as the baseline of the multimodal papers. */
export const vbprPresets = {
  baby: {
    ...common,
    dataset: publishedDatasets.baby,
    protocol: 'mmrec',
    published: [ofToolbox([0.0423, 0.0663], [0.0223, 0.0284]), ofMmssl(0.0486, 0.0026, 0.0213)],
  },
  sports: {
    ...common,
    dataset: publishedDatasets.sports,
    protocol: 'mmrec',
    published: [ofToolbox([0.0558, 0.0856], [0.0307, 0.0384]), ofMmssl(0.0582, 0.0031, 0.0265)],
  },
  electronics: {
    ...common,
    dataset: publishedDatasets.electronics,
    protocol: 'mmrec',
    published: [ofToolbox([0.0293, 0.0458], [0.0159, 0.0202])],
  },
  tiktok: {
    ...common,
    dataset: publishedDatasets.tiktok,
    protocol: 'lattice',
    published: [ofMmssl(0.038, 0.0018, 0.0134)],
    measured: {
      metrics: { 'recall@10': 0.0256, 'recall@20': 0.039, 'ndcg@10': 0.014, 'ndcg@20': 0.0174 },
      protocol: 'mmrec',
      source: 'the MMRec toolbox with its λ = 0.1, seed 999, epoch 91 of 92, still rising',
    },
  },
  allrecipes: {
    ...common,
    dataset: publishedDatasets.allrecipes,
    protocol: 'lattice',
    published: [ofMmssl(0.0159, 0.0008, 0.0056)],
  },
} as const satisfies Presets<VbprOptions>;
