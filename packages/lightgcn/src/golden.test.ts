import { createRng } from '@mmrec/core';
import {
  caseInteractions,
  checkModelCase,
  eachBackend,
  goldenCases,
  replayRng,
  type ModelCase,
} from '@mmrec/test-utils';
import { it } from 'vitest';
import { createLightGcn } from './create-lightgcn.js';

interface LightGcnCase extends ModelCase {
  readonly config: {
    readonly embedding_size: number;
    readonly n_layers: number;
    readonly reg_weight: number;
  };
}

eachBackend(() => {
  const folder = new URL('../fixtures/golden/', import.meta.url);
  for (const { name, data } of goldenCases<LightGcnCase>('lightgcn', folder)) {
    it(name, () => {
      const { config } = data;
      const model = createLightGcn(
        { interactions: caseInteractions(data), rng: createRng(0) },
        {
          embeddingSize: config.embedding_size,
          numLayers: config.n_layers,
          regWeight: config.reg_weight,
        },
      );
      const map = {
        users: { name: 'embedding_dict.user_emb' },
        items: { name: 'embedding_dict.item_emb' },
      };
      checkModelCase(model, data, { map, rng: replayRng([]) });
      model.dispose();
    });
  }
});
