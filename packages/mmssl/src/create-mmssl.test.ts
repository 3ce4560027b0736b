import { createRng, drawValues, type Batch, type Recommender, type Rng } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { testRecommender, tinyWorld } from '@mmrec/test-utils';
import { fit } from '@mmrec/train';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMmssl } from './create-mmssl.js';
import type { MmsslOptions } from './options.js';
import { dot, multiply, rowsOf, unit, type Matrix } from './test-numbers.js';

const small = { embeddingSize: 16, graphNeighbors: 4, criticWidth: 8 } as const;
testRecommender((world) => createMmssl(world, small));

describe('createMmssl', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const { numUsers, numItems } = world.interactions;
  const batch: Batch = {
    users: Int32Array.of(3, 8),
    positiveItems: Int32Array.of(world.batch.positiveItems[18]!, 12),
    negativeItems: Int32Array.of(15, 2),
  };
  /** Nothing but the ids: no layers, no features, no critic. */
  const plain: Partial<MmsslOptions> = {
    embeddingSize: 4,
    numHeads: 2,
    numLayers: 0,
    dropout: 0,
    modalityIdWeight: 0,
    modalityWeight: 0,
    adversarialWeight: 0,
  };
  /** Each user joined to one item, the same for all modalities. */
  const itemOf = (user: number) => (5 * user) % numItems;
  const single = {
    ...world.interactions,
    users: Int32Array.from({ length: numUsers }, (_, user) => user),
    items: Int32Array.from({ length: numUsers }, (_, user) => itemOf(user)),
  };
  const modalityGraphs = { visual: single, textual: single };

  const table = (model: Recommender, name: string) => {
    const { shape } = model.parameters[name]!;
    return rowsOf(model.parameters[name]!.dataSync(), shape.at(-1)!);
  };
  const vector = (model: Recommender, name: string) => table(model, name)[0]!;
  const termsOf = (model: Recommender, phase: string, rng: Rng = createRng(1)) => {
    const terms = model.phases!.find(({ name }) => name === phase)!.losses(batch, rng);
    return Object.fromEntries(
      Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0]!]),
    );
  };
  const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

  /** The densified features of a modality, by hand. */
  function densified(model: Recommender, modality: 'visual' | 'textual') {
    const { data, columns } = world.features[modality]!;
    const bias = vector(model, `${modality}/bias`);
    const f = multiply(rowsOf(data, columns), table(model, `${modality}/weight`)).map((row) =>
      row.map((value, at) => value + bias[at]!),
    );
    const { users, items } = world.interactions;
    const spread = ([to, from]: readonly [Int32Array, Int32Array], x: Matrix, size: number) =>
      Array.from({ length: size }, (_, node) => {
        const neighbors = [...from].filter((__, at) => to[at] === node);
        return x[0]!.map((__, c) => {
          const sum = neighbors.reduce((all, other) => all + x[other]![c]!, 0);
          return neighbors.length === 0 ? 0 : sum / Math.sqrt(neighbors.length);
        });
      });
    const ofUsers = spread([users, items], f, numUsers);
    return { users: ofUsers, items: spread([items, users], ofUsers, numItems) };
  }

  it('bpr is −ln σ of the gap between the scores, averaged', () => {
    const model = createMmssl(world, plain);
    const [users, items] = [table(model, 'users'), table(model, 'items')];
    const gaps = [0, 1].map((row) => {
      const user = users[batch.users[row]!]!;
      const score = (item: number) => dot(user, items[item]!);
      return score(batch.positiveItems[row]!) - score(batch.negativeItems[row]!);
    });
    const expected = mean(gaps.map((gap) => Math.log1p(Math.exp(-gap))));
    expect(termsOf(model, 'generator')['bpr']).toBeCloseTo(expected, 5);
  });

  it('regularization is half the squared norms of the batch over its size', () => {
    const model = createMmssl(world, { ...plain, regWeight: 0.5 });
    const [users, items] = [table(model, 'users'), table(model, 'items')];
    const rows = [
      ...Array.from(batch.users, (user) => users[user]!),
      ...Array.from([...batch.positiveItems, ...batch.negativeItems], (item) => items[item]!),
    ];
    const expected = (0.5 * rows.reduce((sum, row) => sum + dot(row, row), 0)) / 2 / 2;
    expect(termsOf(model, 'generator')['regularization']).toBeCloseTo(expected, 5);
  });

  it('featureRegularization is half the squared norms of all features over the items', () => {
    const model = createMmssl(world, { ...plain, featureRegWeight: 0.5 });
    let squares = 0;
    for (const name of ['visual', 'textual'] as const) {
      const { users, items } = densified(model, name);
      for (const row of [...users, ...items]) squares += dot(row, row);
    }
    const expected = (0.5 * squares) / 2 / numItems;
    expect(termsOf(model, 'generator')['featureRegularization']).toBeCloseTo(expected, 4);
  });

  it('contrast sets each user’s modality ids against the propagated ids and its own others', () => {
    const model = createMmssl(
      { ...world, modalityGraphs },
      // The fused ids are too light to be seen: the propagated ids are the ids.
      { ...plain, modalityIdWeight: 1e-9, contrastWeight: 0.7, temperature: 0.4 },
    );
    const [users, items] = [table(model, 'users'), table(model, 'items')];
    const anchors = Array.from(batch.users, (user) => unit(items[itemOf(user)]!));
    const whole = Array.from(batch.users, (user) => unit(users[user]!));
    const power = (a: readonly number[], b: readonly number[]) => Math.exp(dot(a, b) / 0.4);
    const losses = [0, 1].map((row) => {
      const [a, own, other] = [anchors[row]!, whole[row]!, whole[1 - row]!];
      const all = power(a, own) + power(a, other) + power(a, anchors[1 - row]!);
      return -Math.log(power(a, own) / all);
    });
    const terms = termsOf(model, 'generator');
    expect(terms['contrast/visual']).toBeCloseTo(0.7 * mean(losses), 5);
    expect(terms['contrast/textual']).toBeCloseTo(0.7 * mean(losses), 5);
  });

  describe('the adversarial task', () => {
    const adversarial: Partial<MmsslOptions> = {
      ...plain,
      adversarialWeight: 0.3,
      criticWidth: 4,
      criticDropout: 0,
      criticOutputDropout: 0,
      noiseWeight: 0,
      scoreWeight: 2,
      penaltyWeight: 0.6,
    };

    /** D of some rows, judged together, by hand. */
    function judge(model: Recommender, rows: Matrix): number[] {
      let x: Matrix = rows;
      for (const layer of [0, 1]) {
        const [bias, scale, shift] = ['bias', 'scale', 'shift'].map((name) =>
          vector(model, `critic/${layer}/${name}`),
        ) as [number[], number[], number[]];
        const active = multiply(x, table(model, `critic/${layer}/weight`)).map((row) =>
          row.map((value, c) => value + bias[c]!).map((value) => Math.max(value, 0.2 * value)),
        );
        const centers = bias.map((_, c) => mean(active.map((row) => row[c]!)));
        const variances = centers.map((center, c) =>
          mean(active.map((row) => (row[c]! - center) ** 2)),
        );
        x = active.map((row) =>
          row.map((value, c) => {
            const normal = (value - centers[c]!) / Math.sqrt(variances[c]! + 1e-5);
            return scale[c]! * normal + shift[c]!;
          }),
        );
      }
      const [bias] = vector(model, 'critic/output/bias');
      return multiply(x, table(model, 'critic/output/weight')).map(
        ([logit]) => 1 / (1 + Math.exp(-logit! - bias!)),
      );
    }

    const cosines = (users: Matrix, items: Matrix) =>
      users.map((user) => unit(items.map((item) => dot(unit(user), unit(item)))));
    const ofBatch = (users: Matrix) => Array.from(batch.users, (user) => users[user]!);
    const generated = (model: Recommender) =>
      (['visual', 'textual'] as const).flatMap((name) => {
        const { users, items } = densified(model, name);
        return cosines(ofBatch(users), items);
      });
    const real = (model: Recommender) => {
      const scores = cosines(ofBatch(table(model, 'users')), table(model, 'items'));
      const rows = scores.map((row, at) => {
        const { users, items } = world.interactions;
        const own = [...items].filter((_, other) => users[other] === batch.users[at]);
        // Without noise the softmax over a user's items gives each the same share.
        return unit(row.map((x, item) => 2 * x + Number(own.includes(item)) / own.length));
      });
      return [...rows, ...rows];
    };

    // Features of items without training interactions are zero: items that all users miss.
    const complete = (model: Recommender) => {
      for (const { items } of [densified(model, 'visual')]) {
        expect(items.every((row) => dot(row, row) > 0)).toBe(true);
      }
    };

    it('adversarial is minus the critic’s mean score of the generated rows', () => {
      const model = createMmssl(world, adversarial);
      complete(model);
      const expected = -0.3 * mean(judge(model, generated(model)));
      expect(termsOf(model, 'generator')['adversarial']).toBeCloseTo(expected, 5);
    });

    it('the critic takes generated rows for real ones as little as it can', () => {
      const model = createMmssl(world, adversarial);
      const terms = termsOf(model, 'critic');
      expect(terms['critic/generated']).toBeCloseTo(mean(judge(model, generated(model))), 5);
      expect(terms['critic/real']).toBeCloseTo(-mean(judge(model, real(model))), 5);
    });

    it('the penalty is on the gradient between real and generated rows', () => {
      const model = createMmssl(world, adversarial);
      const rng = createRng(1);
      const shares = drawValues(rng.uniform('mix', [4, 1]));
      const [from, to] = [real(model), generated(model)];
      const mixed = from.map((row, at) =>
        row.map((x, item) => shares[at]! * x + (1 - shares[at]!) * to[at]![item]!),
      );
      const total = (row: number, item: number, by: number) => {
        const moved = mixed.map((x) => [...x]);
        moved[row]![item]! += by;
        return judge(model, moved).reduce((a, b) => a + b, 0);
      };
      const norms = mixed.map((x, row) => {
        const gradient = x.map(
          (_, item) => (total(row, item, 1e-6) - total(row, item, -1e-6)) / 2e-6,
        );
        return Math.sqrt(dot(gradient, gradient));
      });
      const expected = 0.6 * mean(norms.map((norm) => (norm - 1) ** 2));
      expect(termsOf(model, 'critic', rng)['critic/penalty']).toBeCloseTo(expected, 4);
    });
  });

  it('has one phase, and no critic, without an adversarial task', () => {
    const model = createMmssl(world, { ...small, adversarialWeight: 0 });
    expect(model.phases!.map(({ name }) => name)).toEqual(['generator']);
    expect(Object.keys(model.parameters).filter((name) => name.startsWith('critic'))).toEqual([]);
  });

  it('trains the critic with Adam of its own', () => {
    const [critic, generator] = createMmssl(world, { ...small, criticLearningRate: 0.004 }).phases!;
    expect(critic!.adam).toEqual({ learningRate: 0.004, beta1: 0.5, beta2: 0.9 });
    expect(critic!.parameters.every((name) => name.startsWith('critic/'))).toBe(true);
    expect(generator!.adam).toBeUndefined();
    expect(generator!.parameters.some((name) => name.startsWith('critic/'))).toBe(false);
  });

  it.each([1, 3])('takes %i modalities', async (count) => {
    const { visual } = world.features;
    const features = Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`view ${at}`, visual!]),
    );
    const model = createMmssl({ ...world, features }, small);
    const { history } = await fit(model, {
      train: world.interactions,
      rng: createRng(1),
      options: { epochs: 1, batchSize: 8 },
    });
    const contrasts = Object.keys(history[0]!.losses).filter((name) =>
      name.startsWith('contrast/'),
    );
    expect(contrasts).toEqual(Object.keys(features).map((name) => `contrast/${name}`));
  });

  describe('the variants', () => {
    /** Contrast in the first and the last of some epochs. */
    async function contrasts(variant: MmsslOptions['variant']) {
      const model = createMmssl(world, {
        ...small,
        variant,
        graphNeighbors: variant === 'paper' ? 4 : 0,
      });
      const { history } = await fit(model, {
        train: world.interactions,
        rng: createRng(1),
        options: { epochs: 8, batchSize: 12, learningRate: 0.01 },
      });
      return [history[0]!, history.at(-1)!].map(({ losses }) => losses['contrast/visual']!);
    }

    it('published keeps the contrast constant, as the authors’ empty graphs do', async () => {
      const [first, last] = await contrasts('published');
      expect(first).toBeCloseTo(0.03 * Math.log(2 * 12 - 1), 5);
      expect(last).toBeCloseTo(first!, 6);
    });

    it('paper moves it', async () => {
      const [first, last] = await contrasts('paper');
      expect(last).toBeLessThan(first! - 1e-3);
    });
  });

  it('embeds with the graphs that it trained with, which its buffers carry to another', () => {
    const [one, other] = [createMmssl(world, small), createMmssl(world, small)];
    const users = (model: typeof one) => [...model.embed().users.dataSync()];
    one.startEpoch!(1);
    for (const model of [one, other]) {
      const moved = model.parameters['visual/weight']!;
      moved.assign(moved.mul(-1).add(0.1));
    }
    expect(Object.keys(one.buffers!)).toEqual(['visual/graph', 'textual/graph']);
    const before = users(one);
    // Its graphs are those of the parameters as they are now.
    expect(users(other)).not.toEqual(before);
    for (const [name, buffer] of Object.entries(one.buffers!)) other.buffers![name]!.assign(buffer);
    expect(users(other)).toEqual(before);
  });

  it('refuses options that are not allowed, before anything runs', () => {
    const refuse = (options: Partial<MmsslOptions>, message: string) => {
      expect(() => createMmssl(world, options)).toThrow(new RangeError(message));
    };
    refuse({ temperature: 0 }, 'createMmssl: temperature must be a number > 0, got 0.');
    refuse({ rowTemperature: -1 }, 'createMmssl: rowTemperature must be a number > 0, got -1.');
    refuse({ dropout: 1 }, 'createMmssl: dropout must be a number ≥ 0 and < 1, got 1.');
    refuse(
      { criticDropout: -0.1 },
      'createMmssl: criticDropout must be a number ≥ 0 and < 1, got -0.1.',
    );
    refuse({ numHeads: 3 }, 'createMmssl: numHeads must divide embeddingSize, got 3 and 64.');
    refuse(
      { graphNeighbors: 21 },
      'createMmssl: graphNeighbors must be at most the number of items, 20, got 21.',
    );
    expect(() => createMmssl(world, { numHead: 2 } as never)).toThrow(
      new TypeError("createMmssl: unknown option 'numHead'. Did you mean 'numHeads'?"),
    );
  });

  it('refuses features that are missing or have other rows than items', () => {
    expect(() => createMmssl({ ...world, features: {} })).toThrow(
      new RangeError('createMmssl: features must hold at least one modality, got none.'),
    );
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    expect(() => createMmssl({ ...world, features: { visual: short } })).toThrow(
      new RangeError('createMmssl: visual features must have 20 rows, one an item, got 3.'),
    );
  });
});
