import { createRng } from '@mmrec/core';
import { eachBackend, tinyWorld } from '@mmrec/test-utils';
import { fit } from '@mmrec/train';
import { memory } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { models } from './models.js';

eachBackend(() => {
  it.each(Object.keys(models))(
    '%s holds as many tensors after epoch 20 as after epoch 2, and none once disposed',
    async (name) => {
      const before = memory().numTensors;
      const world = tinyWorld(1);
      const model = models[name]!.create(world, { embeddingSize: 8 });
      const own = memory().numTensors;
      const counts: number[] = [];
      const { history } = await fit(model, {
        train: world.interactions,
        validation: {
          ...world.interactions,
          users: Int32Array.from(world.withheld, (_, user) => user),
          items: world.withheld,
        },
        rng: createRng(1),
        options: { epochs: 20, batchSize: 32, patience: 0 },
        callbacks: { onEpoch: () => void counts.push(memory().numTensors) },
      });
      expect(history.filter(({ valid }) => valid).length).toBe(20);
      expect(counts[19]).toBe(counts[1]);
      expect(memory().numTensors).toBe(own);
      model.dispose();
      expect(memory().numTensors).toBe(before);
    },
  );
});
