import { createRng, type Interactions, type Phase, type Recommender } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { eachBackend, tinyWorld, type TinyWorld } from '@mmrec/test-utils';
import {
  add,
  memory,
  mul,
  scalar,
  square,
  sub,
  tidy,
  variable,
  type Scalar,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import type { EpochRecord } from './fit-callbacks.js';
import { fit } from './fit.js';
import { createFactorization, createScripted, createToy, scriptedWorld } from './toy-models.js';

/** Each user's withheld item. */
function withheld({ interactions, withheld: items }: TinyWorld): Interactions {
  const { numUsers, numItems } = interactions;
  return { numUsers, numItems, users: Int32Array.from(items, (_, user) => user), items };
}

const valueOf = (model: Recommender, name: string) => model.parameters[name]!.dataSync()[0]!;

/** A copy of all parameters: the cpu back end hands out the numbers themselves. */
const snapshot = (model: Recommender) =>
  Object.values(model.parameters).map((parameter) => Array.from(parameter.dataSync()));

function trainFactorization(seed: number, epochs: number) {
  const world = tinyWorld(1);
  const model = createFactorization({ ...world, rng: createRng(seed).fork('model') }, 3);
  const inputs = {
    train: world.interactions,
    validation: withheld(world),
    rng: createRng(seed).fork('fit'),
    // A user lacks four items of their taste in training, one of them withheld.
    metric: 'recall@4',
    options: { epochs, batchSize: 32, learningRate: 0.05 },
  };
  return { model, inputs };
}

/** Trains a scripted model, one step an epoch, choosing by mrr@10: 1 / rank of the held-out item. */
function trainScripted(
  ranks: readonly number[],
  options: Parameters<typeof fit>[1]['options'] = {},
) {
  const model = createScripted(ranks);
  const result = fit(model, {
    ...scriptedWorld,
    rng: createRng(1),
    metric: 'mrr@10',
    options: { epochs: ranks.length - 1, learningRate: 1, patience: 0, ...options },
  });
  return { model, result };
}

eachBackend(() => {
  describe('fit', () => {
    it.each([0, 1, 2])('learns (seed %i)', async (seed) => {
      const { model, inputs } = trainFactorization(seed, 60);
      const before = await evaluate(
        model.embed(),
        { train: inputs.train, heldOut: inputs.validation },
        { ks: [4] },
      );
      const { history } = await fit(model, inputs);
      const after = await evaluate(
        model.embed(),
        { train: inputs.train, heldOut: inputs.validation },
        { ks: [4] },
      );
      expect(before.mean['recall@4']).toBeLessThan(0.6);
      expect(after.mean['recall@4']).toBe(1);
      expect(history.at(-1)!.losses['total']).toBeLessThan(0.3 * history[0]!.losses['total']!);
    });

    it('keeps the number of tensors from epoch 2 to epoch 20, and returns all but the model’s own', async () => {
      const { model, inputs } = trainFactorization(1, 20);
      const before = memory().numTensors;
      const counts: number[] = [];
      await fit(model, {
        ...inputs,
        callbacks: { onEpoch: () => void counts.push(memory().numTensors) },
      });
      expect(counts.length).toBe(20);
      expect(counts[19]).toBe(counts[1]);
      expect(memory().numTensors).toBe(before);
    });

    it('gives the same parameters bit for bit with the same seed, others with another', async () => {
      const runs = [];
      for (const seed of [1, 1, 2]) {
        const { model, inputs } = trainFactorization(seed, 8);
        const { history } = await fit(model, inputs);
        runs.push({ parameters: snapshot(model), losses: history.map(({ losses }) => losses) });
      }
      expect(runs[0]).toEqual(runs[1]);
      expect(runs[0]!.parameters).not.toEqual(runs[2]!.parameters);
    });

    it('draws batches anew for each seed, from the same start', async () => {
      const [one, two] = await Promise.all(
        [1, 2].map(async (seed) => {
          const { model, inputs } = trainFactorization(1, 3);
          await fit(model, { ...inputs, rng: createRng(seed) });
          return snapshot(model);
        }),
      );
      expect(one).not.toEqual(two);
    });

    it('puts the parameters of the best epoch back', async () => {
      const { model, result } = trainScripted([4, 3, 1, 2, 4, 3]);
      const { bestEpoch, bestValid, history, stopped } = await result;
      expect(history.map(({ valid }) => valid!['mrr@10'])).toEqual([1 / 3, 1, 1 / 2, 1 / 4, 1 / 3]);
      expect({ bestEpoch, stopped, steps: model.steps() }).toEqual({
        bestEpoch: 2,
        stopped: 'epochs',
        steps: 2,
      });
      expect(bestValid).toBe(history[1]!.valid);
    });

    it('puts a model’s buffers back with its parameters', async () => {
      const scripted = createScripted([4, 3, 1, 2, 4]);
      const started = variable(scalar(0, 'int32'), false, undefined, 'int32');
      const model: Recommender = {
        ...scripted,
        buffers: { started },
        startEpoch: (epoch) => {
          tidy(() => {
            started.assign(scalar(epoch, 'int32'));
          });
        },
      };
      const { bestEpoch } = await fit(model, {
        ...scriptedWorld,
        rng: createRng(1),
        metric: 'mrr@10',
        options: { epochs: 4, learningRate: 1, patience: 0 },
      });
      expect([bestEpoch, started.dataSync()[0]]).toEqual([2, 2]);
      expect(started.dtype).toBe('int32');
    });

    it('stops at a batch’s end when aborted, with the best epoch’s parameters', async () => {
      const { model, inputs } = trainFactorization(1, 50);
      const controller = new AbortController();
      let best: number[][] = [];
      const seen: [number, number][] = [];
      const result = await fit(model, {
        ...inputs,
        signal: controller.signal,
        callbacks: {
          onBatch: ({ epoch, batch, batches }) => {
            seen.push([epoch, batch]);
            expect(batches).toBe(3);
            if (epoch === 4 && batch === 2) controller.abort();
          },
          onBest: () => void (best = snapshot(model)),
        },
      });
      expect(result.stopped).toBe('signal');
      expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      expect(seen.at(-1)).toEqual([4, 2]);
      expect(best.length).toBe(2);
      expect(snapshot(model)).toEqual(best);
    });
  });
});

describe('fit', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('records each epoch: losses with their sum, validation, learning rate, seconds', async () => {
    const { model, inputs } = trainFactorization(1, 2);
    const { history, bestValid, bestEpoch } = await fit(model, inputs);
    expect(history.map((record) => Object.keys(record))).toEqual(
      Array(2).fill(['epoch', 'losses', 'learningRate', 'seconds', 'valid', 'evaluationSeconds']),
    );
    const [first] = history as [EpochRecord];
    expect(Object.keys(first.losses)).toEqual(['bpr', 'norm', 'total']);
    expect(first.losses['total']).toBeCloseTo(first.losses['bpr']! + first.losses['norm']!, 12);
    expect(Object.keys(first.valid!)).toEqual([
      'recall@4',
      'recall@10',
      'recall@20',
      'ndcg@4',
      'ndcg@10',
      'ndcg@20',
    ]);
    expect(first.learningRate).toBe(0.05);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(bestValid).toBe(history[bestEpoch - 1]!.valid);
  });

  it('averages terms over rows, not over batches', async () => {
    const train = {
      ...scriptedWorld.train,
      users: Int32Array.of(0, 0, 0, 1, 1),
      items: Int32Array.of(0, 1, 2, 3, 4),
    };
    const model = createToy({ p: 1 }, ({ p }, rows) => ({ rows: add<Scalar>(mul(p!, 0), rows) }));
    const { history } = await fit(model, {
      train,
      rng: createRng(1),
      options: { epochs: 2, batchSize: 2 },
    });
    // Batches of 2, 2 and 1 rows.
    expect(history.map(({ losses }) => losses['rows'])).toEqual(
      [9 / 5, 9 / 5].map((x) => expect.closeTo(x, 6)),
    );
  });

  describe('early stopping', () => {
    it('stops after as many evaluations without improvement as patience says', async () => {
      const { model, result } = trainScripted([4, 2, 3, 1, 2, 2, 1, 1], { patience: 3 });
      const { bestEpoch, history, stopped } = await result;
      // A tie with the best (epoch 6) is no improvement.
      expect({ bestEpoch, epochs: history.length, stopped }).toEqual({
        bestEpoch: 3,
        epochs: 6,
        stopped: 'patience',
      });
      expect(model.steps()).toBe(3);
    });

    it('never stops with patience 0', async () => {
      const { result } = trainScripted([4, 1, 2, 2, 2, 2, 2, 2], { patience: 0 });
      expect((await result).history.length).toBe(7);
    });

    it('counts evaluations, not epochs', async () => {
      const ranks = [4, 4, 1, 4, 2, 4, 2, 4, 2, 4, 2];
      const { result } = trainScripted(ranks, { patience: 2, evaluateEvery: 2 });
      const { history, bestEpoch } = await result;
      expect({ bestEpoch, epochs: history.length }).toEqual({ bestEpoch: 2, epochs: 6 });
    });

    it('calls onBest at improvements only, after onEpoch, and waits for both', async () => {
      const calls: string[] = [];
      const later = (text: string) =>
        new Promise<void>((done) => setTimeout(() => done(void calls.push(text)), 1));
      await fit(createScripted([4, 3, 3, 1, 2]), {
        ...scriptedWorld,
        rng: createRng(1),
        metric: 'mrr@10',
        options: { epochs: 4, learningRate: 1 },
        callbacks: {
          onEpoch: ({ epoch }) => later(`epoch ${epoch}`),
          onBest: ({ epoch }) => later(`best ${epoch}`),
        },
      });
      expect(calls).toEqual(['epoch 1', 'best 1', 'epoch 2', 'epoch 3', 'best 3', 'epoch 4']);
    });
  });

  it('evaluates each n epochs and at the last', async () => {
    const { result } = trainScripted([4, 4, 3, 4, 2, 1], { evaluateEvery: 2 });
    const { history, bestEpoch } = await result;
    expect(history.filter(({ valid }) => valid).map(({ epoch }) => epoch)).toEqual([2, 4, 5]);
    expect(bestEpoch).toBe(5);
  });

  it('evaluates and chooses by a metric and length of choice', async () => {
    const { result } = trainScripted([4, 3]);
    const { history } = await result;
    expect(Object.keys(history[0]!.valid!)).toContain('mrr@10');
    const { model, inputs } = trainFactorization(1, 1);
    const { bestValid } = await fit(model, { ...inputs, metric: 'hit@3' });
    expect(Object.keys(bestValid!)).toContain('hit@3');
  });

  it('takes the last epoch without validation', async () => {
    const model = createScripted([4, 1, 3, 3]);
    const { train } = scriptedWorld;
    const result = await fit(model, {
      train,
      rng: createRng(1),
      options: { epochs: 3, learningRate: 1 },
    });
    expect(result).toMatchObject({ bestEpoch: 3, stopped: 'epochs' });
    expect(result.bestValid).toBeUndefined();
    expect(model.steps()).toBe(3);
  });

  it('leaves the model as it was after 0 epochs', async () => {
    const { model, result } = trainScripted([1], { epochs: 0 });
    expect(await result).toEqual({ bestEpoch: 0, history: [], stopped: 'epochs' });
    expect(model.steps()).toBe(0);
  });

  describe('signal', () => {
    it('aborted beforehand trains nothing', async () => {
      const model = createScripted([4, 1]);
      const result = await fit(model, {
        ...scriptedWorld,
        rng: createRng(1),
        signal: AbortSignal.abort(),
      });
      expect(result).toEqual({ bestEpoch: 0, history: [], stopped: 'signal' });
      expect(model.steps()).toBe(0);
    });

    it('aborted in an epoch’s last batch lets the epoch end and be evaluated', async () => {
      const controller = new AbortController();
      const model = createScripted([4, 3, 2, 1]);
      const result = await fit(model, {
        ...scriptedWorld,
        rng: createRng(1),
        metric: 'mrr@10',
        options: { epochs: 3, learningRate: 1 },
        signal: controller.signal,
        callbacks: { onBatch: ({ epoch }) => void (epoch === 2 && controller.abort()) },
      });
      expect(result).toMatchObject({
        bestEpoch: 2,
        stopped: 'signal',
        bestValid: { 'mrr@10': 0.5 },
      });
    });

    it('is heard though nothing but a timer raises it', async () => {
      const { model, inputs } = trainFactorization(1, 100_000);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const { stopped, history } = await fit(model, {
        ...inputs,
        signal: controller.signal,
        options: { ...inputs.options, patience: 0 },
      });
      expect(stopped).toBe('signal');
      expect(history.length).toBeLessThan(100_000);
    });
  });

  it('tells the model when an epoch starts', async () => {
    const epochs: number[] = [];
    const model = {
      ...createScripted([4, 4, 4]),
      startEpoch: (epoch: number) => epochs.push(epoch),
    };
    const { train } = scriptedWorld;
    await fit(model, { train, rng: createRng(1), options: { epochs: 2, learningRate: 1 } });
    expect(epochs).toEqual([1, 2]);
  });

  describe('phases', () => {
    /** Critic and generator pull apart: each loss depends on both parameters. */
    const adversaries = () =>
      createToy(
        { critic: 1, generator: 2 },
        ({ critic }) => ({ whole: mul<Scalar>(critic!, 1) }),
        (p) => {
          const gap = () => sub<Scalar>(p['critic']!, p['generator']!);
          return [
            {
              name: 'critic',
              parameters: ['critic'],
              losses: () => tidy(() => ({ judge: gap() })),
            },
            {
              name: 'generator',
              parameters: ['generator'],
              losses: () => tidy(() => ({ fool: square<Scalar>(gap()) })),
            },
          ];
        },
      );

    it('change only their own parameters, in order, each with its own optimiser', async () => {
      const model = adversaries();
      const { train } = scriptedWorld;
      const { history } = await fit(model, {
        train,
        rng: createRng(1),
        options: { epochs: 1, learningRate: 0.5 },
      });
      // Adam's first step is the learning rate against the gradient's sign: the critic's is 1, and the
      // generator, who sees the critic moved, has 2 · (2 − 0.5) > 0.
      expect(valueOf(model, 'critic')).toBeCloseTo(0.5, 5);
      expect(valueOf(model, 'generator')).toBeCloseTo(1.5, 5);
      expect(history[0]!.losses).toEqual({ judge: -1, fool: 2.25, total: 1.25 });
    });

    it('take their own settings of Adam, and the schedule of all', async () => {
      const constant = (name: string, adam?: Phase['adam']) => ({
        name,
        parameters: [name],
        ...(adam && { adam }),
        losses: () => tidy(() => ({ [name]: mul<Scalar>(p[name]!, name === 'still' ? 0 : 1) })),
      });
      let p: Readonly<Record<string, Variable>> = {};
      const model = createToy(
        { own: 1, common: 1, still: 1 },
        () => ({}),
        (parameters) => {
          p = parameters;
          return [
            constant('own', { learningRate: 0.02, beta1: 0, beta2: 0 }),
            constant('common'),
            constant('still', { weightDecay: 0.5 }),
          ];
        },
      );
      const { train } = scriptedWorld;
      const { history } = await fit(model, {
        train,
        rng: createRng(1),
        options: { epochs: 2, batchSize: 2, learningRate: 0.1, schedule: 'linear' },
      });
      // Factors ½ and 0 at the ends of the epochs; a constant gradient moves by the step size.
      expect(history.map(({ learningRate }) => learningRate)).toEqual([0.05, 0]);
      expect(valueOf(model, 'own')).toBeCloseTo(0.99, 5);
      expect(valueOf(model, 'common')).toBeCloseTo(0.95, 5);
      expect(valueOf(model, 'still')).toBeCloseTo(1 - 0.05 * 0.5, 5);
    });

    it('leave the parameters of the other phase alone', async () => {
      const model = createToy(
        { a: 1, b: 2 },
        ({ a }) => ({ whole: mul<Scalar>(a!, 1) }),
        ({ a, b }) => [
          {
            name: 'only',
            parameters: ['a'],
            losses: () => tidy(() => ({ both: mul<Scalar>(a!, b!) })),
          },
        ],
      );
      const { train } = scriptedWorld;
      await fit(model, { train, rng: createRng(1), options: { epochs: 3, learningRate: 0.1 } });
      expect(valueOf(model, 'a')).toBeCloseTo(0.7, 5);
      expect(valueOf(model, 'b')).toBe(2);
    });
  });

  describe('optimiser', () => {
    /** A loss whose gradient is zero: only weight decay moves the parameter. */
    const still = () => createToy({ p: 3 }, ({ p }) => ({ nothing: mul<Scalar>(p!, 0) }));

    it('decays weights by learning rate times weight decay a step', async () => {
      const model = still();
      const options = { epochs: 4, learningRate: 0.1, weightDecay: 0.5 };
      await fit(model, { train: scriptedWorld.train, rng: createRng(1), options });
      expect(valueOf(model, 'p')).toBeCloseTo(3 * 0.95 ** 4, 5);
    });

    it('follows the schedule batch by batch', async () => {
      const model = still();
      // Two batches an epoch, four epochs, linear: factors 7/8, 6/8, … 0.
      const options = {
        epochs: 4,
        batchSize: 1,
        learningRate: 0.5,
        weightDecay: 1,
        schedule: 'linear' as const,
      };
      const { history } = await fit(model, {
        train: scriptedWorld.train,
        rng: createRng(1),
        options,
      });
      const product = [7, 6, 5, 4, 3, 2, 1, 0].reduce(
        (all, eighths) => all * (1 - (0.5 * eighths) / 8),
        1,
      );
      expect(valueOf(model, 'p')).toBeCloseTo(3 * product, 5);
      expect(history.map(({ learningRate }) => learningRate)).toEqual([0.375, 0.25, 0.125, 0]);
    });

    it('warms up over the first epochs', async () => {
      const options = { epochs: 4, batchSize: 1, learningRate: 1, warmupEpochs: 2 };
      const { history } = await fit(still(), {
        train: scriptedWorld.train,
        rng: createRng(1),
        options,
      });
      expect(history.map(({ learningRate }) => learningRate)).toEqual([0.5, 1, 1, 1]);
    });
  });

  describe('refuses', () => {
    const inputs = { ...scriptedWorld, rng: createRng(1) };
    const run = (more: Partial<Parameters<typeof fit>[1]>) =>
      fit(createScripted([4, 1]), { ...inputs, ...more });

    it.each([
      [
        'recal@20',
        `evaluateRanking: metric must be one of 'recall', 'precision', 'map', 'mrr', 'hit', 'ndcg', got 'recal'. Did you mean 'recall'?`,
      ],
      ['recall', `fit: metric must look like recall@20, got 'recall'.`],
      ['recall@0', `fit: metric must look like recall@20, got 'recall@0'.`],
      ['recall@1e1', `fit: metric must look like recall@20, got 'recall@1e1'.`],
      ['', `fit: metric must look like recall@20, got ''.`],
    ])('the metric %o before an epoch is spent', async (metric, message) => {
      const model = createScripted([4, 1]);
      await expect(fit(model, { ...inputs, metric })).rejects.toThrow(new RangeError(message));
      expect(model.steps()).toBe(0);
    });

    it('unknown options and options out of range', async () => {
      await expect(run({ options: { learningrate: 1 } as never })).rejects.toThrow(
        new TypeError(`fit: unknown option 'learningrate'. Did you mean 'learningRate'?`),
      );
      await expect(run({ options: { patience: -1 } })).rejects.toThrow(
        new RangeError('fit: patience must be an integer ≥ 0, got -1.'),
      );
    });

    it('training without interactions', async () => {
      const train = { ...scriptedWorld.train, users: new Int32Array(0), items: new Int32Array(0) };
      await expect(run({ train })).rejects.toThrow(RangeError);
    });

    it('validation that judges nobody', async () => {
      const train = { ...scriptedWorld.train, users: Int32Array.of(0), items: Int32Array.of(0) };
      const validation = {
        ...scriptedWorld.validation,
        users: Int32Array.of(1),
        items: Int32Array.of(2),
      };
      await expect(run({ train, validation, options: { epochs: 1 } })).rejects.toThrow(
        new RangeError('fit: validation must hold a user with training interactions, got none.'),
      );
    });

    it.each([
      [NaN, 'NaN'],
      [Infinity, 'Infinity'],
    ])('a loss that becomes %d, leaving no tensors behind', async (value, shown) => {
      let steps = 0;
      const model = createToy({ p: 1 }, ({ p }) => ({
        fine: mul<Scalar>(p!, 1),
        wild: add<Scalar>(mul(p!, 0), steps++ < 2 ? 0 : scalar(value)),
      }));
      const before = memory().numTensors;
      await expect(fit(model, { ...inputs, options: { epochs: 9 } })).rejects.toThrow(
        new Error(
          `fit: loss 'wild' must be a finite number, got ${shown} in epoch 3. Lower the learning rate.`,
        ),
      );
      expect(memory().numTensors).toBe(before);
    });
  });
});
