import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, type Interactions, type Recommender } from '@mmrec/core';
import { eachBackend, tinyWorld } from '@mmrec/test-utils';
import { memory, mul, scalar, tidy, variable, type Scalar } from '@tensorflow/tfjs-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EpochRecord, FitCallbacks, FitResult } from '../fit-callbacks.js';
import type { FitOptions } from '../fit-options.js';
import { fit } from '../fit.js';
import { createFactorization, createScripted, createToy, scriptedWorld } from '../toy-models.js';
import { openCheckpointFolder } from './checkpoint-folder.js';
import type { SavedTraining } from './training-state.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-resume-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'checkpoint');
}

const openFolder = (path: string, resume: boolean) =>
  openCheckpointFolder<SavedTraining>(path, { identity: { seed: 1 }, resume });

/** Ends a training as a killed process would: nothing runs after it. */
class Killed extends Error {}

interface Session {
  readonly path: string;
  readonly resume: boolean;
  readonly every?: number;
  readonly options?: Partial<FitOptions>;
  readonly callbacks?: FitCallbacks;
  readonly signal?: AbortSignal;
}

/** Factorisation on the tiny world, whose validation goes up and down. */
async function train(model: Recommender, { path, resume, every = 1, ...session }: Session) {
  const world = tinyWorld(1);
  const items = world.withheld;
  const validation: Interactions = {
    ...world.interactions,
    users: Int32Array.from(items, (_, user) => user),
    items,
  };
  return fit(model, {
    ...{ train: world.interactions, validation, rng: createRng(1).fork('fit'), metric: 'mrr@4' },
    ...session,
    options: { epochs: 8, batchSize: 32, learningRate: 0.05, patience: 0, ...session.options },
    checkpoints: { folder: await openFolder(path, resume), every },
  });
}

const newModel = () => createFactorization({ ...tinyWorld(1), rng: createRng(1).fork('model') }, 3);

const withoutTimes = (history: readonly EpochRecord[]) =>
  history.map(({ seconds: _, evaluationSeconds: __, ...record }) => record);

/** All that a training leaves. */
function outcome(
  model: Recommender,
  { bestEpoch, bestValid, history, stopped }: FitResult,
  path: string,
) {
  const newest = readdirSync(path)
    .filter((name) => name.endsWith('.safetensors'))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .at(-1)!;
  return {
    parameters: Object.values(model.parameters).map((x) => Array.from(x.dataSync())),
    ...{ bestEpoch, bestValid, stopped, history: withoutTimes(history) },
    // Parameters, moments and best at the end, as bytes.
    checkpoint: readFileSync(join(path, newest)).toString('base64'),
  };
}

async function uninterrupted(options?: Partial<FitOptions>) {
  const [model, path] = [newModel(), temporaryFolder()];
  const result = await train(model, { path, resume: false, ...(options && { options }) });
  return outcome(model, result, path);
}

/** Trains, is killed in the epochs named, one after the other, and ends. */
async function interrupted(kills: readonly number[], options?: Partial<FitOptions>) {
  const path = temporaryFolder();
  for (const [at, epoch] of [...kills, Infinity].entries()) {
    // A new process has a new model; its initial parameters must not matter.
    const model = createFactorization({ ...tinyWorld(1), rng: createRng(at) }, 3);
    const onBatch = (progress: { epoch: number; batch: number }) => {
      if (progress.epoch === epoch && progress.batch === 2) throw new Killed();
    };
    const session = { path, resume: at > 0, callbacks: { onBatch }, ...(options && { options }) };
    try {
      return outcome(model, await train(at === 0 ? newModel() : model, session), path);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  throw new Error('the last session was killed');
}

eachBackend(() => {
  describe('a resumed training', () => {
    it('ends as one that was not interrupted, bit for bit, wherever it was killed', async () => {
      const whole = await uninterrupted();
      expect(whole.bestEpoch).toBeLessThan(8);
      // A new process may be killed before its first checkpoint as well.
      for (const kills of [[2], [3, 3, 4, 8]]) {
        expect(await interrupted(kills), `killed in ${kills.join()}`).toEqual(whole);
      }
    });

    it('keeps the count of epochs without improvement', async () => {
      const options = { patience: 3, epochs: 40 };
      const whole = await uninterrupted(options);
      expect(whole.stopped).toBe('patience');
      const { length } = whole.history;
      expect(await interrupted([length - 1, length], options)).toEqual(whole);
    });

    it('evaluates in the same epochs, with weight decay and lazy updates too', async () => {
      const options = {
        ...{ evaluateEvery: 3, epochs: 8, weightDecay: 0.1, schedule: 'cosine' as const },
        ...{ sparseUpdates: 'lazy' as const, warmupEpochs: 2 },
      };
      expect(await interrupted([2, 4, 6, 8], options)).toEqual(await uninterrupted(options));
    });

    it('that was finished does nothing more, and is given its outcome', async () => {
      const [model, path] = [newModel(), temporaryFolder()];
      const first = outcome(model, await train(model, { path, resume: false }), path);
      const again = newModel();
      const onBatch = () => expect.fail('nothing is left to train');
      const result = await train(again, { path, resume: true, callbacks: { onBatch } });
      expect(outcome(again, result, path)).toEqual(first);
    });

    it('may have more epochs than at first, and not fewer than are done', async () => {
      const path = temporaryFolder();
      await train(newModel(), { path, resume: false, options: { epochs: 5 } });
      await expect(
        train(newModel(), { path, resume: true, options: { epochs: 4 } }),
      ).rejects.toThrow(
        new RangeError(
          'fit: epochs must be at least 5, which the checkpoint has behind it, got 4.',
        ),
      );
      const model = newModel();
      const result = await train(model, { path, resume: true, options: { epochs: 8 } });
      expect(outcome(model, result, path)).toEqual(await uninterrupted());
    });

    it('leaves as many tensors as there were', async () => {
      const path = temporaryFolder();
      await train(newModel(), { path, resume: false, options: { epochs: 3 } });
      const model = newModel();
      const before = memory().numTensors;
      const counts: number[] = [];
      const onEpoch = () => void counts.push(memory().numTensors);
      await train(model, { path, resume: true, callbacks: { onEpoch } });
      expect(counts.at(-1)).toBe(counts[0]);
      expect(memory().numTensors).toBe(before);
    });
  });

  it('each phase has its optimiser back, and the model its buffers', async () => {
    const path = temporaryFolder();
    const createModel = () => {
      const toy = createToy(
        { critic: 1, generator: 1 },
        () => ({}),
        ({ critic, generator }) =>
          (['critic', 'generator'] as const).map((name) => ({
            name,
            parameters: [name],
            adam: { learningRate: name === 'critic' ? 0.1 : 0.3, beta1: 0.5 },
            // Each pulls at the other, so that a lost moment shows.
            losses: () =>
              tidy(() => ({
                [name]: mul<Scalar>(critic!, mul(generator!, name === 'critic' ? 1 : -1)),
              })),
          })),
      );
      const seen = variable(scalar(0, 'int32'), false, undefined, 'int32');
      const startEpoch = (epoch: number) =>
        tidy(() => void seen.assign(scalar(seen.dataSync()[0]! * 10 + epoch, 'int32')));
      return { ...toy, buffers: { seen }, startEpoch };
    };
    const session = async (epochs: number, resume: boolean) => {
      const model = createModel();
      await fit(model, {
        ...{ train: scriptedWorld.train, rng: createRng(1), options: { epochs } },
        checkpoints: { folder: await openFolder(path, resume), every: 1 },
      });
      const { critic, generator } = model.parameters;
      return [critic!, generator!, model.buffers.seen].map((x) => x.dataSync()[0]);
    };
    const whole = await session(6, false);
    expect(whole[2]).toBe(123456);
    await session(2, false);
    await session(3, true);
    expect(await session(6, true)).toEqual(whole);
  });
});

describe('fit with checkpoints', () => {
  it.each([0, -1, 1.5, NaN])('refuses every %d epochs', async (every) => {
    await expect(
      train(newModel(), { path: temporaryFolder(), resume: false, every }),
    ).rejects.toThrow(
      new RangeError(`fit: checkpoints.every must be an integer ≥ 1, got ${every}.`),
    );
  });

  it('shows the chosen epoch’s model when that changes, and trains on with its own', async () => {
    const model = createScripted([4, 3, 1, 2, 4, 3]);
    const seen: [number, number][] = [];
    const { history } = await fit(model, {
      ...{ ...scriptedWorld, rng: createRng(1), metric: 'mrr@10' },
      options: { epochs: 5, learningRate: 1, patience: 0 },
      checkpoints: { folder: await openFolder(temporaryFolder(), false), every: 3 },
      callbacks: { onCheckpoint: ({ epoch }) => void seen.push([epoch, model.steps()]) },
    });
    // At epoch 3 the best is epoch 2; at the end, it still is.
    expect(seen).toEqual([[2, 2]]);
    expect(history.map(({ valid }) => valid!['mrr@10'])).toEqual([1 / 3, 1, 1 / 2, 1 / 4, 1 / 3]);
  });

  it('aborted after an epoch that isn’t saved, ends the epoch at hand; else the batch at hand', async () => {
    for (const [every, epochs] of [
      [3, 2],
      [1, 1],
    ] as const) {
      const controller = new AbortController();
      const path = temporaryFolder();
      const { history, stopped } = await train(newModel(), {
        ...{ path, resume: false, every, signal: controller.signal },
        callbacks: {
          onBatch: ({ epoch, batch }) => void (epoch === 2 && batch === 1 && controller.abort()),
        },
      });
      expect([stopped, history.length]).toEqual(['signal', epochs]);
      expect(readdirSync(path)).toContain(`epoch-${epochs}.json`);
    }
  });
});
