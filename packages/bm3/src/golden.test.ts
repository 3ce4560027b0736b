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
import { createBm3 } from './create-bm3.js';

interface Bm3Case extends ModelCase {
  readonly config: {
    readonly embedding_size: number;
    readonly n_layers: number;
    readonly dropout: number;
    readonly reg_weight: number;
    readonly cl_weight: number;
  };
}

/** Modalities in the order in which the published code draws their masks, and their names there. */
const modalities = { textual: 'text', visual: 'image' };

eachBackend(() => {
  for (const { name, data } of goldenCases<Bm3Case>(
    'bm3',
    new URL('../fixtures/golden/', import.meta.url),
  )) {
    it(name, () => {
      const present = Object.entries(modalities).filter(([modality]) => data.features[modality]);
      const features = caseFeatures(data, Object.keys(modalities));
      const map: ParameterMap = {
        users: { name: 'user_embedding.weight' },
        items: { name: 'item_id_embedding.weight' },
        'predictor/weight': { name: 'predictor.weight', layout: transposed },
        'predictor/bias': { name: 'predictor.bias' },
        ...Object.assign(
          {},
          ...present.map(([modality, theirs]) => ({
            [`${modality}/features`]: { name: `${theirs}_embedding.weight` },
            [`${modality}/weight`]: { name: `${theirs}_trs.weight`, layout: transposed },
            [`${modality}/bias`]: { name: `${theirs}_trs.bias` },
          })),
        ),
      };
      const { config } = data;
      const model = createBm3(
        { interactions: caseInteractions(data), features, rng: createRng(0) },
        {
          embeddingSize: config.embedding_size,
          numLayers: config.n_layers,
          dropout: config.dropout,
          regWeight: config.reg_weight,
          contrastWeight: config.cl_weight,
        },
      );
      checkModelCase(model, data, { map, rng: replayRng(data.noise.dropout) });
      model.dispose();
    });
  }
});
