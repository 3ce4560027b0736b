import { createRng } from '@mmrec/core';
import { disposeGradients, valueAndGradients } from '@mmrec/ops';
import { eachBackend } from '@mmrec/test-utils';
import { addN, dispose, memory, tensor, type Scalar } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createContentEncoder, sizesOf, type ContentEncoder } from './create-content-encoder.js';
import { encodeItems } from './encode-items.js';
import { packViews, type PackedViews, type View } from './pack-views.js';
import { toyContent } from './toy-content.js';

const content = toyContent(6);
const small = { width: 8, heads: 2, expertLayers: 1, fusionLayers: 1, expansion: 2 };
const make = (options: object = {}) =>
  createContentEncoder({ sizes: sizesOf(content), rng: createRng(5) }, { ...small, ...options });

const views: readonly View[] = [
  { item: 0, maskedPatches: Int32Array.of(1, 2) },
  { item: 1, maskedTokens: Int32Array.of(0, 1) },
  { item: 2, maskedTokens: Int32Array.of(1), hideImage: true },
  { item: 3, maskedPatches: Int32Array.of(0), hideText: true },
];

type Rows = number[][];

/** The encoder by its definition, in plain numbers and one view at a time. */
function statesByHand({ parameters }: ContentEncoder, packed: PackedViews): Rows {
  const table = (name: string): Rows => parameters[name]!.arraySync() as Rows;
  const bias = (name: string) => parameters[`${name}/bias`]!.arraySync() as number[];
  const plus = (a: number[], b: number[]) => a.map((value, at) => value + b[at]!);
  const apply = (name: string, x: number[]) => {
    const weight = table(`${name}/weight`);
    return bias(name).map((start, c) =>
      x.reduce((sum, value, r) => sum + value * weight[r]![c]!, start),
    );
  };
  const standardize = (x: number[]) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    return x.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
  };
  const gelu = (v: number) =>
    0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
  const feed = (name: string, x: number[]) =>
    apply(`${name}/out`, apply(`${name}/in`, x).map(gelu));
  const imageRows = packed.places.length;
  const { columns } = content.images;
  let x: Rows = [
    ...Array.from(packed.places, (place, row) => {
      const pixels = [...packed.pixels.subarray(row * columns, (row + 1) * columns)];
      const patch = plus(apply('patches', pixels), table('places')[place]!);
      return plus(patch, table('marks')[packed.masked[row]!]!);
    }),
    ...Array.from(packed.tokens, (token, row) =>
      plus(table('tokens')[token]!, table('positions')[packed.positions[row]!]!),
    ),
  ];
  const { offsets, rows } = packed.groups;
  for (const layer of [0, 1]) {
    const asked = x.map((row) => apply(`layer/${layer}/attention/in`, standardize(row)));
    const told = x.map(() => new Array<number>(8).fill(0));
    for (let g = 0; g + 1 < offsets.length; g++) {
      const group = [...rows.subarray(offsets[g], offsets[g + 1])];
      for (const head of [0, 1]) attendByHand(group, { head, asked, told });
    }
    x = x.map((row, at) => plus(row, apply(`layer/${layer}/attention/out`, told[at]!)));
    x = x.map((row, at) => {
      const expert = layer === 1 ? 'fusion' : at < imageRows ? 'image' : 'text';
      return plus(row, feed(`layer/${layer}/${expert}`, standardize(row)));
    });
  }
  return x.map(standardize);
}

/** One head of width 4, of 8 columns, for the rows of one group. */
function attendByHand(
  group: readonly number[],
  { head, asked, told }: { head: number; asked: Rows; told: Rows },
): void {
  const part = (row: number, which: number) =>
    asked[row]!.slice(which * 8 + head * 4, which * 8 + head * 4 + 4);
  for (const i of group) {
    const powers = group.map((j) => {
      const [query, key] = [part(i, 0), part(j, 1)];
      return Math.exp(query.reduce((sum, value, c) => sum + value * key[c]!, 0) / 2);
    });
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (let c = 0; c < 4; c++) {
      told[i]![head * 4 + c] = group.reduce(
        (sum, j, at) => sum + (powers[at]! / total) * part(j, 2)[c]!,
        0,
      );
    }
  }
}

/** Mean cross-entropy of some rows through a head. */
function lossByHand(
  { parameters }: ContentEncoder,
  head: string,
  { rows, targets }: { rows: Rows; targets: Int32Array },
) {
  const weight = parameters[`${head}/weight`]!.arraySync() as Rows;
  const bias = parameters[`${head}/bias`]!.arraySync() as number[];
  const losses = rows.map((row, at) => {
    const logits = bias.map((start, c) =>
      row.reduce((sum, value, r) => sum + value * weight[r]![c]!, start),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return Math.log(total) - logits[targets[at]!]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

const valuesOf = (terms: Readonly<Record<string, Scalar>>) =>
  Object.fromEntries(
    Object.entries(terms).map(([name, term]) => {
      const value = term.dataSync()[0]!;
      term.dispose();
      return [name, value];
    }),
  );

eachBackend(() => {
  it('computes its states and each term of the loss as defined', () => {
    const encoder = make({ clsWeight: 0.5 });
    const packed = packViews(content, views);
    const states = statesByHand(encoder, packed);
    const cls = encoder.encode(packed);
    const expected = Array.from(packed.cls, (row) => states[row]!).flat();
    cls.dataSync().forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 4);
    });
    cls.dispose();

    const terms = valuesOf(encoder.losses(packed));
    const { maskedPatches, maskedTokens } = packed;
    const clsOf = (view: number) => states[packed.cls[view]!]!;
    const rowsAt = (rows: Int32Array) => Array.from(rows, (row) => states[row]!);
    const loss = (head: string, rows: Rows, targets: Int32Array) =>
      lossByHand(encoder, head, { rows, targets });
    const [patches, tokens] = [maskedPatches.tokens, maskedTokens.tokens];
    const { allPatches, allTokens } = packed;
    const recalled = [allPatches, allTokens].map(({ views: of }) => Array.from(of, clsOf));
    // All four patches of two images, all tokens of two texts.
    expect(allPatches.rows.length).toBe(8);
    expect([...new Set(allTokens.views)]).toEqual([1, 2]);
    const byHand = {
      maskedImage: loss('predict/patches', rowsAt(maskedPatches.rows), patches),
      maskedText: loss('predict/tokens', rowsAt(maskedTokens.rows), tokens),
      maskedImageFromCls: 0.5 * loss('recall/patches', recalled[0]!, allPatches.tokens),
      maskedTextFromCls: 0.5 * loss('recall/tokens', recalled[1]!, allTokens.tokens),
    };
    expect(Object.keys(terms).sort()).toEqual(Object.keys(byHand).sort());
    for (const [name, value] of Object.entries(byHand)) expect(terms[name]).toBeCloseTo(value, 4);
    encoder.dispose();
  });

  it('gives every parameter the gradient of its loss', () => {
    const encoder = make();
    const packed = packViews(content, views);
    const total = () => {
      const values = valuesOf(encoder.losses(packed));
      return Object.values(values).reduce((sum, value) => sum + value, 0);
    };
    const { value, gradients } = valueAndGradients(
      () => addN<Scalar>(Object.values(encoder.losses(packed))),
      encoder.parameters,
    );
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(encoder.parameters).sort());
    const step = 3e-3;
    for (const [name, parameter] of Object.entries(encoder.parameters)) {
      const before = parameter.dataSync().slice() as Float32Array;
      // Along the gradient itself: the sharpest difference there is.
      const slope = new Float32Array(before.length);
      const { dense, rows = [] } = gradients[name]!;
      dense?.dataSync().forEach((each, at) => (slope[at]! += each));
      for (const { rows: listed, values } of rows) {
        const columns = parameter.shape[1]!;
        values.dataSync().forEach((each, at) => {
          slope[listed[Math.floor(at / columns)]! * columns + (at % columns)]! += each;
        });
      }
      const length = Math.sqrt(slope.reduce((sum, each) => sum + each * each, 0));
      expect(length, name).toBeGreaterThan(0);
      const lossAt = (distance: number) => {
        const moved = before.map((each, at) => each + (distance * slope[at]!) / length);
        const values = tensor(moved, parameter.shape);
        parameter.assign(values);
        values.dispose();
        return total();
      };
      const measured = (lossAt(step) - lossAt(-step)) / (2 * step);
      lossAt(0);
      expect(Math.abs(measured - length), name).toBeLessThan(0.02 * length + 1e-3);
    }
    value.dispose();
    disposeGradients(gradients);
    encoder.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = memory().numTensors;
    const encoder = make();
    const packed = packViews(content, views);
    valuesOf(encoder.losses(packed));
    encoder.encode(packed).dispose();
    dispose(Object.values(encoder.predict(packed)));
    encodeItems(encoder, content);
    encoder.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('does not see what is masked or hidden', () => {
    const encoder = make();
    const other = toyContent(6);
    for (let c = 0; c < other.images.columns; c++) {
      other.images.patches[1 * other.images.columns + c] = 7;
    }
    other.texts.tokens[other.texts.offsets[1]!] = 5;
    const look = (catalogue: typeof content, shown: View) => {
      const cls = encoder.encode(packViews(catalogue, [shown]));
      const values = [...cls.dataSync()];
      cls.dispose();
      return values;
    };
    const masked = [
      { item: 0, maskedPatches: Int32Array.of(1) },
      { item: 0, hideImage: true },
      { item: 1, maskedTokens: Int32Array.of(0) },
      { item: 1, hideText: true },
    ];
    for (const view of masked) expect(look(other, view)).toEqual(look(content, view));
    expect(look(other, { item: 0 })).not.toEqual(look(content, { item: 0 }));
    expect(look(other, { item: 1 })).not.toEqual(look(content, { item: 1 }));
    encoder.dispose();
  });

  it('encodes an item without a modality as if that were hidden, and one without both as zeros', () => {
    const encoder = make();
    const gaps = toyContent(6);
    gaps.images.missing[0] = 1;
    gaps.images.missing[5] = 1;
    gaps.texts.offsets[6] = gaps.texts.offsets[5]!;
    const encoded = encodeItems(encoder, gaps);
    expect([...encoded.missing!]).toEqual([0, 0, 0, 0, 0, 1]);
    expect([...encoded.data.subarray(5 * 8)]).toEqual(new Array(8).fill(0));
    const states = [0, 1, 2, 3, 4].map((item) => {
      const cls = encoder.encode(packViews(content, [{ item, hideImage: item === 0 }]));
      const values = [...cls.dataSync()];
      cls.dispose();
      return values;
    });
    // Features are the states less their mean.
    for (let c = 0; c < 8; c++) {
      const mean = states.reduce((sum, state) => sum + state[c]! / 5, 0);
      expect(encoded.data[c]).toBeCloseTo(states[0]![c]! - mean, 4);
    }
    encoder.dispose();
  });
});

describe('createContentEncoder', () => {
  it('refuses a width that the heads do not divide', () => {
    expect(() => make({ width: 12 })).toThrow(
      new RangeError(
        'createContentEncoder: width must be a multiple of 4 · heads, got 12 for 2 heads.',
      ),
    );
  });
});
