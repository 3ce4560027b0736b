import { createRng, type Batch, type Recommender } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { eachBackend, testRecommender, tinyWorld } from '@mmrec/test-utils';
import { add, dispose, memory, tensor2d, variableGrads, type Scalar } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAlignRec } from './create-alignrec.js';
import { attentionFuser } from './fuser.js';
import type { AlignRecOptions } from './options.js';

describe('published', () => {
  testRecommender((world) => createAlignRec(world, { embeddingSize: 16 }));
});
describe('paper', () => {
  testRecommender((world) => createAlignRec(world, { embeddingSize: 16, variant: 'paper' }));
});
describe('with an attention fuser', () => {
  testRecommender((world) => {
    const fuser = attentionFuser({ embeddingSize: 16, rng: world.rng.fork('fuser') });
    return createAlignRec({ ...world, fuser }, { embeddingSize: 16 });
  });
});

type Row = readonly number[];
type Matrix = readonly Row[];

const dot = (a: Row, b: Row) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const norm = (a: Row) => Math.sqrt(dot(a, a));
const cosine = (a: Row, b: Row) => dot(a, b) / (norm(a) * norm(b));
const unit = (a: Row) => a.map((value) => value / norm(a));
const plus = (a: Row, b: Row) => a.map((value, at) => value + b[at]!);
const transposed = (a: Matrix) => a[0]!.map((_, at) => a.map((row) => row[at]!));
const times = (a: Matrix, b: Matrix) =>
  a.map((row) => transposed(b).map((column) => dot(row, column)));
const mean = (a: Row) => a.reduce((sum, value) => sum + value, 0) / a.length;
const matrixOf = (values: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, at) =>
    Array.from(values).slice(at * columns, (at + 1) * columns),
  );

describe('createAlignRec', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const { numUsers, numItems } = world.interactions;
  /** User 3 and item 4 occur twice. */
  const batch: Batch = {
    users: Int32Array.of(3, 8, 3, 5),
    positiveItems: Int32Array.of(4, 12, 7, 4),
    negativeItems: Int32Array.of(15, 2, 15, 12),
  };
  const plain: Partial<AlignRecOptions> = {
    embeddingSize: 4,
    numLayers: 1,
    numNeighbors: 3,
    categoryWeight: 0.5,
    userItemWeight: 0.4,
    similarityWeight: 0.3,
    regWeight: 0.2,
  };

  const table = (model: Recommender, name: string) => {
    const { shape } = model.parameters[name]!;
    return matrixOf(model.parameters[name]!.dataSync(), shape.at(-1)!);
  };
  const terms = (model: Recommender) =>
    Object.fromEntries(
      Object.entries(model.losses(batch, createRng(1))).map(([name, term]) => [
        name,
        term.dataSync()[0]!,
      ]),
    );

  /** Features of both modalities side by side, rows of length 1. */
  const joined = () => {
    const parts = ['visual', 'textual'].map((name) => {
      const { data, columns } = world.features[name]!;
      return matrixOf(data, columns).map(unit);
    });
    return parts[0]!.map((row, item) => [...row, ...parts[1]![item]!]);
  };

  /** R with every edge divided by the roots of both degrees, as a dense matrix. */
  const interactionMatrix = () => {
    const { users, items } = world.interactions;
    const pairs = [...users].map((user, at) => [user, items[at]!] as const);
    const count = (side: 0 | 1, index: number) => pairs.filter((p) => p[side] === index).length;
    return Array.from({ length: numUsers }, (_, user) =>
      Array.from({ length: numItems }, (__, item) =>
        pairs.some((pair) => pair[0] === user && pair[1] === item)
          ? 1 / Math.sqrt(count(0, user) * count(1, item))
          : 0,
      ),
    );
  };

  /** S, dense: each row's nearest by cosine, normalised. */
  function itemMatrix(x: Matrix, variant: AlignRecOptions['variant']) {
    const k = plain.numNeighbors!;
    const kept = x.map((row, item) => {
      const cosines = x.map((other) => cosine(row, other));
      const order = [...cosines.keys()].sort((a, b) => cosines[b]! - cosines[a]!);
      const nearest =
        variant === 'published' ? order.slice(0, k) : order.filter((j) => j !== item).slice(0, k);
      return cosines.map((value, j) => {
        if (!nearest.includes(j)) return 0;
        return variant === 'published' ? value : Math.max(value, 0);
      });
    });
    const sum = (row: Row) => row.reduce((all, value) => all + value, 0);
    const rows = kept.map(sum);
    const columns = variant === 'published' ? rows : transposed(kept).map(sum);
    return kept.map((row, i) =>
      row.map((value, j) => (value === 0 ? 0 : value / Math.sqrt(rows[i]! * columns[j]!))),
    );
  }

  /** All of the model in plain numbers, with one layer of each kind. */
  function byHand(model: Recommender, variant: AlignRecOptions['variant'] = 'published') {
    const x = joined();
    const [e, ids] = [table(model, 'users'), table(model, 'items')];
    const layer = (name: string, input: Matrix) => {
      const bias = table(model, `gate/${name}/bias`)[0]!;
      return times(input, table(model, `gate/${name}/weight`)).map((row) => plus(row, bias));
    };
    const inner = layer('hidden', x).map((row) =>
      row.map((value) => (variant === 'paper' ? Math.max(value, 0) : value)),
    );
    const gated = layer('output', inner).map((row, item) =>
      row.map((value, at) => ids[item]![at]! / (1 + Math.exp(-value))),
    );
    const r = interactionMatrix();
    const content = times(itemMatrix(x, variant), gated);
    const half = (a: Matrix, b: Matrix) =>
      a.map((row, at) => plus(row, b[at]!).map((value) => value / 2));
    const mm = { users: times(r, content), items: content };
    const id = { users: half(e, times(r, ids)), items: half(ids, times(transposed(r), e)) };
    const h = {
      users: mm.users.map((row, at) => plus(row, id.users[at]!)),
      items: mm.items.map((row, at) => plus(row, id.items[at]!)),
    };
    return { x, mm, id, h };
  }

  const variants = ['published', 'paper'] as const;

  it.each(variants)('scores of %s are inner products of content plus ids', (variant) => {
    const model = createAlignRec(world, { ...plain, variant });
    const { h } = byHand(model, variant);
    const { users, items } = model.embed();
    const [us, is] = [matrixOf(users.dataSync(), 4), matrixOf(items.dataSync(), 4)];
    times(us, transposed(is)).forEach((row, user) =>
      row.forEach((score, item) =>
        expect(score).toBeCloseTo(dot(h.users[user]!, h.items[item]!), 5),
      ),
    );
  });

  it.each(variants)('bpr of %s is −ln σ of the gap, averaged', (variant) => {
    const model = createAlignRec(world, { ...plain, variant });
    const { h } = byHand(model, variant);
    const losses = [...batch.users].map((user, at) => {
      const score = (item: number) => dot(h.users[user]!, h.items[item]!);
      const gap = score(batch.positiveItems[at]!) - score(batch.negativeItems[at]!);
      return Math.log(1 + Math.exp(-gap));
    });
    expect(terms(model).bpr).toBeCloseTo(mean(losses), 5);
  });

  it.each(variants)(
    'categoryAlignment of %s is InfoNCE of content against ids, of users and of items',
    (variant) => {
      const model = createAlignRec(world, { ...plain, variant });
      const { mm, id } = byHand(model, variant);
      const contrast = (side: 'users' | 'items', rows: Int32Array) => {
        const candidates = variant === 'paper' ? [...new Set(rows)] : [...rows];
        const power = (a: number, b: number) => Math.exp(cosine(mm[side][a]!, id[side][b]!) / 0.2);
        return mean(
          [...rows].map((row) => {
            const all = candidates.reduce((sum, other) => sum + power(row, other), 0);
            return -Math.log(power(row, row) / all);
          }),
        );
      };
      const expected = contrast('users', batch.users) + contrast('items', batch.positiveItems);
      expect(terms(model).categoryAlignment).toBeCloseTo(0.5 * expected, 5);
    },
  );

  it('userItemAlignment is 1 − cosine of a user and their item, averaged', () => {
    const model = createAlignRec(world, plain);
    const { h } = byHand(model);
    const distances = [...batch.users].map(
      (user, at) => 1 - cosine(h.users[user]!, h.items[batch.positiveItems[at]!]!),
    );
    expect(terms(model).userItemAlignment).toBeCloseTo(0.4 * mean(distances), 5);
  });

  it.each(variants)(
    'similarity of %s is the distance of the content’s similarities from the features’',
    (variant) => {
      const model = createAlignRec(world, { ...plain, variant });
      const { x, mm } = byHand(model, variant);
      const own = variant === 'paper' ? cosine : dot;
      const p = [...batch.positiveItems];
      const differences = p.flatMap((a) =>
        p.map((b) => own(mm.items[a]!, mm.items[b]!) - cosine(x[a]!, x[b]!)),
      );
      expect(terms(model).similarity).toBeCloseTo((0.3 * norm(differences)) / 4, 5);
    },
  );

  it('regularization is half the squared norms of the batch’s fused rows, averaged', () => {
    const model = createAlignRec(world, plain);
    const { h } = byHand(model);
    const rows = [...batch.users].flatMap((user, at) => [
      h.users[user]!,
      h.items[batch.positiveItems[at]!]!,
      h.items[batch.negativeItems[at]!]!,
    ]);
    const squares = rows.reduce((sum, row) => sum + dot(row, row), 0);
    expect(terms(model).regularization).toBeCloseTo((0.2 * squares) / 2 / 4, 5);
  });

  it('does not compute terms of weight 0', () => {
    const none = { categoryWeight: 0, userItemWeight: 0, similarityWeight: 0, regWeight: 0 };
    const model = createAlignRec(world, { ...plain, ...none });
    expect(Object.keys(model.losses(batch, createRng(1)))).toEqual(['bpr']);
    const without = (weight: keyof typeof none) =>
      Object.keys(terms(createAlignRec(world, { ...plain, [weight]: 0 })));
    expect(without('categoryWeight')).not.toContain('categoryAlignment');
    expect(without('userItemWeight')).not.toContain('userItemAlignment');
    expect(without('similarityWeight')).not.toContain('similarity');
    expect(without('regWeight')).not.toContain('regularization');
  });

  it('sends no gradient from the similarity to the features’ cosines', () => {
    // Without layers over the item graph and without training them, features get none at all.
    const model = createAlignRec(world, { ...plain, trainFeatures: false });
    expect(Object.keys(model.parameters)).not.toContain('features');
    // Trained, they are reached through the gate alone: content is what depends on them.
    const only = { categoryWeight: 0, userItemWeight: 0, regWeight: 0 };
    const trained = createAlignRec(world, { ...plain, ...only });
    trained.parameters['gate/output/weight']!.assign(tensor2d(new Float32Array(16), [4, 4]));
    const { features } = trained.parameters;
    const objective = () => {
      const { bpr, similarity } = trained.losses(batch, createRng(1));
      return add<Scalar>(bpr!, similarity!);
    };
    const { grads } = variableGrads(objective, [features!]);
    expect(grads[features!.name]!.dataSync().every((value) => value === 0)).toBe(true);
  });

  it('trains the features as published, and in the paper’s variant only when told to', () => {
    const has = (options: Partial<AlignRecOptions>) =>
      'features' in createAlignRec(world, { ...plain, ...options }).parameters;
    expect(has({})).toBe(true);
    expect(has({ variant: 'paper' })).toBe(false);
    expect(has({ variant: 'paper', trainFeatures: true })).toBe(true);
  });

  describe('unified features', () => {
    const columnsOf = (features: Parameters<typeof createAlignRec>[0]['features']) =>
      createAlignRec({ ...world, features }, plain).parameters['features']!;
    const { visual, textual } = world.features as Record<'visual' | 'textual', never>;

    it('are the only modality as it is', () => {
      expect(columnsOf({ visual }).dataSync()).toEqual(world.features['visual']!.data);
    });

    it('are the matrix of that name, whatever else there is', () => {
      const unified = { rows: numItems, columns: 1, data: new Float32Array(numItems).fill(2) };
      expect(columnsOf({ visual, unified, textual }).shape).toEqual([numItems, 1]);
    });

    it('are else all modalities side by side, rows of length 1', () => {
      const expected = joined().flat();
      columnsOf({ visual, textual })
        .dataSync()
        .forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 6));
    });
  });

  it('takes items without features: their content is nobody’s but their own', () => {
    const { rows, columns, data } = world.features['visual']!;
    const gaps = { rows, columns, data: data.slice() };
    gaps.data.fill(0, 5 * columns, 6 * columns);
    for (const variant of variants) {
      const model = createAlignRec({ ...world, features: { visual: gaps } }, { ...plain, variant });
      const { users, items } = model.embed();
      expect([...users.dataSync(), ...items.dataSync()].every(Number.isFinite)).toBe(true);
      expect(Object.values(terms(model)).every(Number.isFinite)).toBe(true);
    }
  });

  it('takes a batch of one row, and users and items without interactions', () => {
    const few = {
      ...world.interactions,
      users: Int32Array.of(0, 1, 1),
      items: Int32Array.of(0, 3, 4),
    };
    const model = createAlignRec({ ...world, interactions: few }, plain);
    const one: Batch = {
      users: Int32Array.of(11),
      positiveItems: Int32Array.of(19),
      negativeItems: Int32Array.of(18),
    };
    for (const term of Object.values(model.losses(one, createRng(1)))) {
      expect(Number.isFinite(term.dataSync()[0])).toBe(true);
    }
  });

  it('takes any fuser, and fuses a batch’s rows and all rows alike', () => {
    const sizes: number[] = [];
    const fuser = {
      fuse: (multimodal: ReturnType<typeof tensor2d>, ids: ReturnType<typeof tensor2d>) => {
        sizes.push(multimodal.shape[0]);
        return ids;
      },
    };
    const model = createAlignRec({ ...world, fuser }, plain);
    const { id } = byHand(model);
    const { users } = model.embed();
    matrixOf(users.dataSync(), 4).forEach((row, user) =>
      row.forEach((value, at) => expect(value).toBeCloseTo(id.users[user]![at]!, 5)),
    );
    model.losses(batch, createRng(1));
    // All users, all items; then the batch's three different users and five different items.
    expect(sizes).toEqual([numUsers, numItems, 3, 5]);
  });

  it('the attention fuser weighs content against ids, from even', () => {
    const fuser = attentionFuser({ embeddingSize: 2, rng: createRng(1) });
    const { weight, bias, query } = fuser.parameters!;
    weight!.assign(
      tensor2d([
        [1, 0.5],
        [-1, 2],
      ]),
    );
    query!.assign(tensor2d([[0.7], [-0.3]]));
    const [mm, id] = [
      [0.2, 0.9],
      [-0.4, 0.1],
    ] as const;
    const score = ([a, b]: readonly number[]) =>
      0.7 * Math.tanh(a! - b!) - 0.3 * Math.tanh(0.5 * a! + 2 * b!);
    const share = 1 / (1 + Math.exp(score(id) - score(mm)));
    const fused = fuser.fuse(tensor2d([[...mm]]), tensor2d([[...id]])).dataSync();
    [0, 1].forEach((at) =>
      expect(fused[at]).toBeCloseTo(2 * (share * mm[at]! + (1 - share) * id[at]!), 5),
    );
    query!.assign(tensor2d([[0], [0]]));
    const even = fuser.fuse(tensor2d([[...mm]]), tensor2d([[...id]])).dataSync();
    [0, 1].forEach((at) => expect(even[at]).toBeCloseTo(mm[at]! + id[at]!, 5));
    expect([...bias!.dataSync()]).toEqual([0, 0]);
  });

  it('refuses what does not fit before anything is made', () => {
    const before = memory().numTensors;
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    const nan = { ...world.features['visual']!, data: world.features['visual']!.data.slice() };
    nan.data[7] = NaN;
    const refused: [() => Recommender, string | RegExp][] = [
      [
        () => createAlignRec({ ...world, features: {} }),
        'createAlignRec: features must hold at least one modality, got none.',
      ],
      [
        () => createAlignRec({ ...world, features: { unified: short } }),
        'createAlignRec: unified features must have 20 rows, one an item, got 3.',
      ],
      [
        () => createAlignRec(world, { numNeighbors: 20 }),
        'createAlignRec: numNeighbors must be below the number of items, 20, got 20.',
      ],
      [() => createAlignRec({ ...world, features: { nan } }), /features must be finite, got NaN/],
      [
        () => createAlignRec(world, { temperature: 0 }),
        'createAlignRec: temperature must be a number > 0, got 0.',
      ],
      [
        () => createAlignRec(world, { simWeight: 1 } as never),
        /createAlignRec: unknown option 'simWeight'\./,
      ],
    ];
    for (const [create, message] of refused) expect(create).toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});

eachBackend(() => {
  it('gives back every tensor of a fuser that learns', () => {
    const before = memory().numTensors;
    const world = tinyWorld(1);
    const fuser = attentionFuser({ embeddingSize: 8, rng: world.rng.fork('fuser') });
    const model = createAlignRec({ ...world, fuser }, { embeddingSize: 8 });
    expect(Object.keys(model.parameters)).toContain('fuser/query');
    dispose(model.losses(world.batch, createRng(1)));
    dispose(model.embed());
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
