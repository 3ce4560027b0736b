import { createRng } from '@mmrec/core';
import {
  caseFeatures,
  caseInteractions,
  checkModelCase,
  eachBackend,
  goldenCases,
  replayRng,
  transposed,
  type ModelCase,
  type ParameterMap,
} from '@mmrec/test-utils';
import { it } from 'vitest';
import { createAlignRec } from './create-alignrec.js';

interface AlignRecCase extends ModelCase {
  readonly config: {
    readonly embedding_size: number;
    readonly n_ui_layers: number;
    readonly n_layers: number;
    readonly knn_k: number;
    readonly cl_loss: number;
    readonly sim_weight: number;
    readonly ui_cosine_loss: boolean;
    readonly ui_cosine_loss_weight: number;
    readonly reg_weight: number;
  };
}

const map: ParameterMap = {
  users: { name: 'user_embedding.weight' },
  items: { name: 'item_id_embedding.weight' },
  features: { name: 'mm_embedding.weight' },
  'gate/hidden/weight': { name: 'mm_trs.weight', layout: transposed },
  'gate/hidden/bias': { name: 'mm_trs.bias' },
  'gate/output/weight': { name: 'gate_v.0.weight', layout: transposed },
  'gate/output/bias': { name: 'gate_v.0.bias' },
};

eachBackend(() => {
  for (const { name, data } of goldenCases<AlignRecCase>(
    'alignrec',
    new URL('../fixtures/golden/', import.meta.url),
  )) {
    it(name, () => {
      const { config } = data;
      const model = createAlignRec(
        {
          interactions: caseInteractions(data),
          features: caseFeatures(data, ['multimodal']),
          rng: createRng(0),
        },
        {
          embeddingSize: config.embedding_size,
          numLayers: config.n_ui_layers,
          numItemLayers: config.n_layers,
          numNeighbors: config.knn_k,
          categoryWeight: config.cl_loss,
          userItemWeight: config.ui_cosine_loss ? config.ui_cosine_loss_weight : 0,
          similarityWeight: config.sim_weight,
          regWeight: config.reg_weight,
        },
      );
      checkModelCase(model, data, { map, rng: replayRng(data.noise.dropout) });
      model.dispose();
    });
  }
});
