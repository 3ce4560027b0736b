import { createRng } from '@mmrec/core';
import {
  caseFeatures,
  caseInteractions,
  checkModelCase,
  eachBackend,
  goldenCases,
  replayRng,
  type GoldenTensor,
  type ModelCase,
  type ParameterMap,
} from '@mmrec/test-utils';
import { it } from 'vitest';
import { createLgmrec } from './create-lgmrec.js';

interface LgmrecCase extends ModelCase {
  readonly config: {
    readonly embedding_size: number;
    readonly n_ui_layers: number;
    readonly n_mm_layers: number;
    readonly n_hyper_layer: number;
    readonly hyper_num: number;
    readonly keep_rate: number;
    readonly alpha: number;
    readonly cl_weight: number;
    readonly reg_weight: number;
  };
  readonly noise: {
    readonly gumbel: readonly GoldenTensor[];
    readonly dropout: readonly GoldenTensor[];
    readonly gumbelEval: readonly GoldenTensor[];
  };
}

/** Modalities in the order in which the published code draws for them, and their names there. */
const modalities = { visual: ['item_image_trs', 'v_hyper'], textual: ['item_text_trs', 't_hyper'] };

eachBackend(() => {
  for (const { name, data } of goldenCases<LgmrecCase>(
    'lgmrec',
    new URL('../fixtures/golden/', import.meta.url),
  )) {
    it(name, () => {
      const present = Object.entries(modalities).filter(([modality]) => data.features[modality]);
      const features = caseFeatures(data, Object.keys(modalities));
      const map: ParameterMap = {
        users: { name: 'user_embedding.weight' },
        items: { name: 'item_id_embedding.weight' },
        ...Object.assign(
          {},
          ...present.map(([modality, [weight, hyperedges]]) => ({
            [`${modality}/weight`]: { name: weight },
            [`${modality}/hyperedges`]: { name: hyperedges },
          })),
        ),
      };
      const { config, noise } = data;
      const model = createLgmrec(
        { interactions: caseInteractions(data), features, rng: createRng(0) },
        {
          embeddingSize: config.embedding_size,
          numLayers: config.n_ui_layers,
          numModalityLayers: config.n_mm_layers,
          numHyperLayers: config.n_hyper_layer,
          numHyperedges: config.hyper_num,
          dropout: 1 - config.keep_rate,
          hyperWeight: config.alpha,
          contrastWeight: config.cl_weight,
          regWeight: config.reg_weight,
        },
      );
      // Ours draws a modality's noise, then its masks; the recording has all noise first.
      const drawn = present.flatMap((_, at) => [
        ...noise.gumbel.slice(2 * at, 2 * at + 2),
        ...noise.dropout.slice(2 * at, 2 * at + 2),
      ]);
      checkModelCase(model, data, {
        map,
        rng: replayRng(drawn),
        evaluationRng: replayRng(noise.gumbelEval),
      });
      model.dispose();
    });
  }
});
