import { eachBackend } from '@mmrec/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ContentMap } from '@mmrec/train';
import type { ServingModel } from '../model/serving-model.js';
import { dot } from '../model/vectors.js';
import { randomModel } from '../small-model.js';
import { serveModel, type Request, type ServedModel } from './serve-model.js';
import type { RecommendOptions } from './query.js';

/** A map that makes of an item with `size` features s the embedding of ones times s, and adds 1 to the mean of 10. */
const content: ContentMap = {
  average: new Float32Array(8).fill(10),
  modalities: {
    visual: { mean: new Float32Array(1), weight: new Float32Array(8).fill(1) },
    textual: {
      mean: new Float32Array(2),
      weight: Float32Array.from({ length: 16 }, (_, at) => (at < 8 ? 0 : 2)),
    },
  },
};

eachBackend(() => {
  let model: ServingModel;
  let served: ServedModel;
  beforeAll(() => {
    model = { ...randomModel({ numUsers: 40, numItems: 30, embeddingSize: 8 }), content };
    served = serveModel(model, { maxK: 100 });
  });

  const itemsOf = (request: Request) =>
    served.recommend(request, request).items.map(({ item }) => item);
  const vectorOf = (rows: Float32Array, row: number) => rows.slice(row * 8, row * 8 + 8);
  const historyOf = (user: number) =>
    Array.from(
      model.histories.items.subarray(
        model.histories.offsets[user],
        model.histories.offsets[user + 1],
      ),
      (item) => `i${item}`,
    );
  /** All items but some, by falling inner product. */
  const ranked = (vector: Float32Array, without: readonly string[], cosine = false) =>
    model.items
      .map((item, row) => {
        const embedding = vectorOf(model.itemEmbeddings, row);
        const length = cosine ? Math.sqrt(dot(embedding, embedding)) : 1;
        return { item, score: dot(vector, embedding) / length };
      })
      .filter(({ item }) => !without.includes(item))
      .sort((a, b) => b.score - a.score)
      .map(({ item }) => item);

  describe('recommend', () => {
    it('ranks the items that a user had not, by inner product', () => {
      const { method, items } = served.recommend({ user: 'u7' }, { k: 5 });
      const user = vectorOf(model.userEmbeddings, 7);
      expect(method).toBe('trained');
      expect(items.map(({ item }) => item)).toEqual(ranked(user, historyOf(7)).slice(0, 5));
      const first = Number(items[0]!.item.slice(1));
      expect(items[0]!.score).toBeCloseTo(dot(user, vectorOf(model.itemEmbeddings, first)), 5);
      expect(items[0]!.title).toBe(`Item ${first}`);
    });

    it('repeats items of the history when asked to, and leaves out those not wanted', () => {
      const user = vectorOf(model.userEmbeddings, 7);
      const all = ranked(user, []);
      expect(itemsOf({ user: 'u7', k: 30, repeat: true })).toEqual(all);
      const exclude = [all[0]!, 'unknown', all[2]!];
      expect(itemsOf({ user: 'u7', k: 30, repeat: true, exclude })).toEqual(ranked(user, exclude));
    });

    it('makes new users of histories: as a trained user of the same history', () => {
      const { method, items, ignored } = served.recommend(
        { history: [...historyOf(3), 'unknown'] },
        { k: 10 },
      );
      expect(method).toBe('fold-in');
      expect(ignored).toEqual(['unknown']);
      // Users are the means of their items here, which the map finds but for its penalty.
      const trained = itemsOf({ user: 'u3', k: 10 });
      expect(items.filter(({ item }) => trained.includes(item)).length).toBeGreaterThanOrEqual(9);
    });

    it('takes a field that is undefined as one that is not given', () => {
      const history = historyOf(7);
      const asked = { user: undefined, history } as unknown as Request;
      expect(served.recommend(asked)).toEqual(served.recommend({ history }));
    });

    it('answers an empty history with what most users had', () => {
      const { method, items } = served.recommend({ history: [] }, { k: 30 });
      expect(method).toBe('popular');
      const counts = model.items.map(
        (_, row) => model.histories.items.filter((item) => item === row).length,
      );
      expect(items.map(({ score }) => score)).toEqual([...counts].sort((a, b) => b - a));
      expect(counts[Number(items[0]!.item.slice(1))]).toBe(items[0]!.score);
    });

    it('finds similar items by cosine, of one or several', () => {
      const { method, items } = served.recommend({ items: ['i4'] }, { k: 29 });
      expect(method).toBe('similar');
      const vector = vectorOf(model.itemEmbeddings, 4);
      expect(items.map(({ item }) => item)).toEqual(ranked(vector, ['i4'], true));
      const both = itemsOf({ items: ['i4', 'i5'], k: 28 });
      expect(both).toHaveLength(28);
      expect(both).not.toContain('i4');
      expect(both).not.toContain('i5');
    });

    it('filters by fields and by functions', () => {
      const user = vectorOf(model.userEmbeddings, 1);
      const without = (keep: (row: number) => boolean) => [
        ...historyOf(1),
        ...model.items.filter((_, row) => !keep(row)),
      ];
      const even = (row: number) => row % 2 === 0;
      expect(itemsOf({ user: 'u1', k: 30, filter: { kind: 'even' } })).toEqual(
        ranked(user, without(even)),
      );
      expect(itemsOf({ user: 'u1', k: 30, filter: { kind: ['even'], price: { max: 9 } } })).toEqual(
        ranked(
          user,
          without((row) => even(row) && row <= 9),
        ),
      );
      expect(itemsOf({ user: 'u1', k: 30, filter: { tags: 't2' } })).toEqual(
        ranked(
          user,
          without((row) => row % 3 === 2),
        ),
      );
      expect(itemsOf({ user: 'u1', k: 30, filter: ({ id }) => id.endsWith('5') })).toEqual(
        ranked(
          user,
          without((row) => row % 10 === 5),
        ),
      );
    });

    it('diversifies: less alike, no worse than the candidates', () => {
      const options: RecommendOptions = { k: 6, repeat: true };
      const [near, far] = [0, 0.9].map((diversify) =>
        itemsOf({ user: 'u2', ...options, diversify }),
      ) as [string[], string[]];
      const alike = (items: string[]) => {
        const rows = items.map((item) => vectorOf(model.itemEmbeddings, Number(item.slice(1))));
        const unit = (row: Float32Array) => row.map((value) => value / Math.sqrt(dot(row, row)));
        const pairs = rows.flatMap((a, at) => rows.slice(at + 1).map((b) => dot(unit(a), unit(b))));
        return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
      };
      expect(far[0]).toBe(near[0]);
      expect(alike(far)).toBeLessThan(alike(near) - 0.1);
    });

    it('answers with the fields asked for', () => {
      const [first] = served.recommend(
        { user: 'u1' },
        { k: 1, fields: ['price', 'nothing'] },
      ).items;
      expect(first!.details).toEqual({ price: Number(first!.item.slice(1)) });
    });

    it.each<[Request, string, string]>([
      [
        { user: 'nobody' },
        'not-found',
        "recommend: no user 'nobody' in the run. For a new user send the history: ids of items.",
      ],
      [
        { history: ['x', 'y'] },
        'not-found',
        "recommend: history must name at least one item of the run, got only unknown ones: 'x', ….",
      ],
      [{ items: [] }, 'invalid-request', 'recommend: items must name at least one item, got none.'],
      [
        { user: 'u1', k: 0 },
        'invalid-request',
        'recommend: k must be an integer from 1 to 100, got 0.',
      ],
      [
        { user: 'u1', k: -3 },
        'invalid-request',
        'recommend: k must be an integer from 1 to 100, got -3.',
      ],
      [
        { user: 'u1', k: 1e9 },
        'invalid-request',
        'recommend: k must be an integer from 1 to 100, got 1000000000.',
      ],
      [
        { user: 'u1', diversify: 2 },
        'invalid-request',
        'recommend: diversify must be from 0 to 1, got 2.',
      ],
      [
        { user: 'u1', filter: { kind: 'neither' } },
        'unanswerable',
        'recommend: no item is left: filter, exclude and the history leave out all of them.',
      ],
      [
        { user: 'u1', filter: { knd: 'even' } },
        'invalid-request',
        "filter: no item has the field 'knd'. Did you mean 'kind'? Fields: id, title, kind, price, tags.",
      ],
      [
        { features: { audio: [1] } },
        'invalid-request',
        "recommend: modalities must be among visual, textual, got 'audio'.",
      ],
      [
        { features: { textual: [1] } },
        'invalid-request',
        'recommend: textual features must be 2 finite numbers, got 1 values.',
      ],
      [
        { features: { visual: [NaN] } },
        'invalid-request',
        'recommend: visual features must be 1 finite numbers, got 1 values.',
      ],
      [
        { user: 'u1', history: [] } as unknown as Request,
        'invalid-request',
        'recommend: exactly one of user, history, items, features must be given, got user and history.',
      ],
      [
        {} as Request,
        'invalid-request',
        'recommend: exactly one of user, history, items, features must be given, got none.',
      ],
    ])('refuses %j', (request, code, message) => {
      expect(() => served.recommend(request, request)).toThrow(message);
      expect(served.recommendMany([request])[0]).toMatchObject({ code, message });
    });
  });

  it('answers many as one by one, with errors in their places', () => {
    const requests: Request[] = [
      { user: 'u1', k: 3 },
      { items: ['i3'], k: 7 },
      { user: 'nobody' },
      { history: ['i1', 'i2'], k: 5, filter: { kind: 'odd' } },
      { history: [], k: 2 },
      { user: 'u2', k: 4, filter: { price: { min: 100 } } },
      { user: 'u2', k: 29, diversify: 0.5 },
    ];
    const answers = served.recommendMany(requests);
    const single = requests.map((request) => {
      try {
        return served.recommend(request, request);
      } catch (error) {
        return error;
      }
    });
    expect(answers).toEqual(single);
    expect(answers.map((answer) => 'code' in answer)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  describe('explain', () => {
    it.each([{ user: 'u5' }, { history: ['i1', 'i9', 'i20'] }])(
      'splits the score of %j',
      (query) => {
        const { items } = served.recommend(query, { k: 1 });
        const { score, byHistory, byModality } = served.explain(query, items[0]!.item);
        expect(score).toBeCloseTo(items[0]!.score, 5);
        const told = byHistory.items.reduce((sum, { contribution }) => sum + contribution, 0);
        expect(told + byHistory.everyone + byHistory.rest).toBeCloseTo(score, 5);
        expect(byModality).toBeUndefined();
        if ('history' in query) expect(byHistory.rest).toBeCloseTo(0, 4);
        const values = byHistory.items.map(({ contribution }) => contribution);
        expect(values).toEqual([...values].sort((a, b) => b - a));
      },
    );

    it('names the item of a history that is most like what is explained', () => {
      // Item i9 itself: of all items it adds most to its own score.
      const { byHistory } = served.explain({ history: ['i1', 'i9', 'i20'] }, 'i9');
      expect(byHistory.items[0]!.item).toBe('i9');
    });

    it('splits by modality, by what each adds to the mean', () => {
      const features = {
        visual: { rows: 30, columns: 1, data: new Float32Array(30).fill(3) },
        textual: {
          ...{ rows: 30, columns: 2, data: new Float32Array(60).fill(1) },
          missing: Uint8Array.from({ length: 30 }, (_, row) => (row === 4 ? 1 : 0)),
        },
      };
      const explained = serveModel({ ...model, features });
      const total = model.userEmbeddings.slice(40, 48).reduce((sum, value) => sum + value, 0);
      const { score, byModality } = explained.explain({ user: 'u5' }, 'i3');
      expect(byModality!.average).toBeCloseTo(10 * total, 4);
      expect(byModality!.modalities['visual']).toBeCloseTo(3 * total, 4);
      expect(byModality!.modalities['textual']).toBeCloseTo(2 * total, 4);
      expect(byModality!.interactions).toBeCloseTo(score - 15 * total, 4);
      expect(Object.keys(explained.explain({ user: 'u5' }, 'i4').byModality!.modalities)).toEqual([
        'visual',
      ]);
      explained.dispose();
    });

    it('needs a user and a known item', () => {
      expect(() => served.explain({ user: 'u1' }, 'x')).toThrow("explain: no item 'x' in the run.");
      expect(() => served.explain({ items: ['i1'] }, 'i2')).toThrow(
        'explain: a user or a history with at least one item must be given.',
      );
    });
  });

  it('recommends items that come in by their features, filters and folds them in', () => {
    const growing = serveModel(model);
    growing.recommend({ items: ['i1'] });
    growing.addItem({
      id: 'new',
      features: { visual: [5] },
      details: { title: 'Newest', colour: 'red' },
    });
    const [best] = growing.recommend({ features: { visual: [5] } }, { k: 1 }).items;
    expect(best).toMatchObject({ item: 'new', title: 'Newest' });
    expect(best!.score).toBeCloseTo(1, 5);
    expect(growing.recommend({ user: 'u1' }, { filter: { colour: 'red' } }).items).toHaveLength(1);
    expect(growing.recommend({ history: ['new'] }, { k: 5 }).method).toBe('fold-in');
    expect(growing.recommend({ history: [] }, { k: 31 }).items.at(-1)!.item).toBe('new');
    expect(growing.explain({ user: 'u1' }, 'new').byModality!.modalities).toHaveProperty('visual');
    expect(growing.info.items).toBe(31);
    expect(() => growing.addItem({ id: 'new', features: { visual: [5] } })).toThrow(
      "addItem: there is an item 'new' already.",
    );
    growing.dispose();
  });

  it('says that it can make no items where the run has no features', () => {
    const bare = serveModel({ ...model, content: undefined });
    expect(() => bare.addItem({ id: 'new', features: { visual: [5] } })).toThrow(
      "addItem: an item can't be made from features here: the run's dataset has none.",
    );
  });

  it('keeps no tensors but its tables', () => {
    const before = memory().numTensors;
    const own = serveModel(model);
    own.recommend({ user: 'u1' });
    own.recommend({ items: ['i1'] });
    const held = memory().numTensors;
    expect(held - before).toBe(2);
    for (let times = 0; times < 20; times++)
      own.recommend({ history: [`i${times}`] }, { diversify: 0.5 });
    expect(memory().numTensors).toBe(held);
    own.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
