// What saving and watching cost: trains a model with checkpoints, run folder and event files, and without, turn by
// turn, and prints the time per epoch of each run (all epochs but the first, evaluations included) and the share
// of it that was spent in what saves and watches.
//   node benchmarks/overhead.mjs <model> <dataset folder> <back end> <epochs> [rounds]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { models } from '@mmrec/cli';
import { createRng } from '@mmrec/core';
import { readDataset } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { useBackend } from '@mmrec/ops';
import {
  combineCallbacks,
  createRunFolder,
  createTensorBoardLog,
  fit,
  openCheckpointFolder,
  runSubfolders,
} from '@mmrec/train';

const [model, dataFolder, backend, epochs, rounds = '3'] = process.argv.slice(2);
await useBackend(backend);
const splits = await readDataset(dataFolder);
const { numItems } = splits.train;
const features = models[model].needsFeatures
  ? await readFeatureFolder(dataFolder, { numItems })
  : {};

const results = { saved: [], bare: [], share: [], checkpoints: [] };
for (let round = 0; round < Number(rounds); round++) {
  results.bare.push((await train()).secondsPerEpoch);
  const { secondsPerEpoch, share, checkpoints } = await train({ saved: true });
  results.saved.push(secondsPerEpoch);
  results.share.push(share);
  results.checkpoints.push(checkpoints);
}
console.log(
  JSON.stringify({
    ...{ model, backend, epochs, results },
    secondsPerEpoch: { bare: median(results.bare), saved: median(results.saved) },
    share: median(results.share),
  }),
);

/** Trains a fresh model; returns its mean time per epoch after the first, and the share of saving. */
async function train({ saved = false } = {}) {
  const rng = createRng(1);
  const inputs = { interactions: splits.train, features, rng: rng.fork('model') };
  const recommender = models[model].create(inputs, {});
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-overhead-'));
  const clock = createClock();
  const saving = saved ? await saveTo(folder, { recommender, clock }) : {};
  let [first, last] = [0, 0];
  const times = {
    onBatch: ({ epoch, batch }) => {
      // The second epoch begins when its first batch is nearly done: one batch of error in all.
      if (epoch === 2 && batch === 1)
        [first, clock.spent, clock.writes] = [performance.now(), 0, 0];
    },
    onEnd: () => {
      last = performance.now();
    },
  };
  const { history } = await fit(recommender, {
    ...{ train: splits.train, validation: splits.validation, rng: rng.fork('fit') },
    options: { ...models[model].training, epochs: Number(epochs), patience: 0 },
    ...(saving.checkpoints && { checkpoints: saving.checkpoints }),
    callbacks: combineCallbacks(times, saving.callbacks ?? {}),
  });
  recommender.dispose();
  rmSync(folder, { recursive: true });
  return {
    secondsPerEpoch: (last - first) / 1000 / (history.length - 1),
    share: clock.spent / (last - first),
    checkpoints: clock.writes,
  };
}

/** Saves and watches as the command does, timing it. */
async function saveTo(folder, { recommender, clock }) {
  const run = { config: {}, ids: { users: splits.users.ids, items: splits.items.ids } };
  const writer = await createRunFolder(folder, run);
  const log = createTensorBoardLog(runSubfolders(folder).tensorboard);
  const checkpoints = await openCheckpointFolder(runSubfolders(folder).checkpoint, {
    identity: {},
    resume: false,
  });
  return {
    checkpoints: {
      folder: {
        ...checkpoints,
        write: async (checkpoint) => {
          clock.writes++;
          await clock.time(() => checkpoints.write(checkpoint));
        },
      },
    },
    callbacks: {
      onEpoch: (record) =>
        clock.time(async () => {
          await writer.appendHistory(record);
          await log.onEpoch(record);
        }),
      onCheckpoint: () => clock.time(() => writer.saveModel(recommender)),
    },
  };
}

function createClock() {
  const clock = {
    spent: 0,
    writes: 0,
    time: async (work) => {
      const start = performance.now();
      await work();
      clock.spent += performance.now() - start;
    },
  };
  return clock;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
