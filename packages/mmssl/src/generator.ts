import { presence } from '@mmrec/core';
import type { CsrMatrix, Embeddings, FeatureMatrix, ModelInputs, Rng } from '@mmrec/core';
import { csrFromCoordinates, normalizeRows, transpose } from '@mmrec/graph';
import {
  dropout,
  l2NormalizeRows,
  matrixVariable,
  spmm,
  uniformBias,
  xavierUniform,
} from '@mmrec/ops';
import {
  add,
  addN,
  div,
  matMul,
  mul,
  reshape,
  softmax,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { crossModalAttention } from './attention.js';
import type { MmsslOptions } from './options.js';

/** The two operators of a bipartite graph, each normalised by its own rows' degrees to the power −½. */
export interface GraphOperators {
  /** `[numUsers, numItems]` */
  readonly toUsers: CsrMatrix;
  /** `[numItems, numUsers]` */
  readonly toItems: CsrMatrix;
}

/** What a forward pass makes, by modality where it says so. */
export interface GeneratorOutput {
  /** Final embeddings, h. */
  readonly final: Embeddings;
  /** Propagated ids without the modality features, ê. */
  readonly propagated: Embeddings;
  /** Densified features, f̃. */
  readonly features: Readonly<Record<string, Embeddings>>;
  /** Modality-aware ids; empty when they play no part. */
  readonly modalityIds: Readonly<Record<string, Embeddings>>;
}

/** The recommender's half of the model. */
export interface Generator {
  readonly parameters: Readonly<Record<string, Variable>>;
  /** Densified features by modality, f̃; with `draw`, after dropout. */
  features(draw?: Rng): Record<string, Embeddings>;
  /** A forward pass over modality graphs by name; with `draw`, as in training. */
  forward(graphs: Readonly<Record<string, GraphOperators>>, draw?: Rng): GeneratorOutput;
  /** Frees what is not a parameter. */
  dispose(): void;
}

/** The operators of a graph whose entries are 1: rows divided by the root of their degree. */
export function graphOperators(graph: CsrMatrix): GraphOperators {
  const rule = { epsilon: 1e-8, exponent: 0.5 };
  return {
    toUsers: normalizeRows(graph, rule),
    toItems: normalizeRows(transpose(graph), rule),
  };
}

/** The parameters of the generator and its forward pass. */
export function createGenerator(
  { interactions, features, rng }: ModelInputs,
  options: Readonly<MmsslOptions>,
): Generator {
  const { embeddingSize: d } = options;
  const { numUsers, numItems } = interactions;
  const observed = csrFromCoordinates(
    {
      ...{ rows: numUsers, columns: numItems },
      ...{ rowIndices: interactions.users, columnIndices: interactions.items },
    },
    { duplicates: 'once' },
  );
  const operators = graphOperators(observed);

  const weight = (name: string, rows: number) =>
    xavierUniform({ rows, columns: d, rng: rng.fork(name) });
  const users = weight('users', numUsers);
  const items = weight('items', numItems);
  const modalities = Object.entries(features).map(([name, matrix]) => ({
    name,
    table: matrixVariable(matrix, false),
    present: presenceColumn(matrix),
    weight: weight(`${name}/weight`, matrix.columns),
    bias: uniformBias(matrix.columns, d, rng.fork(`${name}/bias`)),
  }));
  const fusion = options.modalityIdWeight > 0 ? createFusion(options, weight) : undefined;

  function densifiedFeatures(draw?: Rng): Record<string, Embeddings> {
    const entries = modalities.map((modality) => {
      const projected = add<Tensor2D>(
        matMul(modality.table as Tensor2D, modality.weight as Tensor2D),
        modality.bias as Tensor1D,
      );
      const rate = options.dropout;
      const mask = draw && rate > 0 && draw.dropoutMask(modality.name, projected.shape, rate);
      const dropped = mask ? dropout(projected, mask) : projected;
      // An item without the modality has no features, not the bias for features.
      const f = modality.present ? mul<Tensor2D>(dropped, modality.present) : dropped; // [numItems, d]
      const ofUsers = spmm(operators.toUsers, f);
      return [modality.name, { users: ofUsers, items: spmm(operators.toItems, ofUsers) }] as const;
    });
    return Object.fromEntries(entries);
  }

  function forward(graphs: Readonly<Record<string, GraphOperators>>, draw?: Rng): GeneratorOutput {
    const dense = densifiedFeatures(draw);
    const ids = { users: users as Tensor2D, items: items as Tensor2D };
    const modalityIds: Record<string, Embeddings> = {};
    let start: Embeddings = ids;
    if (fusion) {
      for (const { name } of modalities) {
        const { toUsers, toItems } = graphs[name]!;
        modalityIds[name] = { users: spmm(toUsers, ids.items), items: spmm(toItems, ids.users) };
      }
      const views = Object.values(modalityIds);
      start = perSide((side) => {
        const fused = l2NormalizeRows(fusion.fuse(views.map((view) => view[side])));
        return add(ids[side], mul(fused, options.modalityIdWeight));
      });
    }
    const propagated = propagate(operators, start, options);
    const final = perSide((side) => {
      const parts = Object.values(dense).map((view) =>
        mul<Tensor2D>(l2NormalizeRows(view[side]), options.modalityWeight),
      );
      return addN([propagated[side], ...parts]);
    });
    return { final, propagated, features: dense, modalityIds };
  }

  const parameters: Record<string, Variable> = { users, items, ...fusion?.parameters };
  for (const { name, weight: w, bias } of modalities) {
    parameters[`${name}/weight`] = w;
    parameters[`${name}/bias`] = bias;
  }
  return {
    parameters,
    features: densifiedFeatures,
    forward,
    dispose: () => {
      for (const { table, present } of modalities) {
        table.dispose();
        present?.dispose();
      }
    },
  };
}

/** 1 for items that have a modality and 0 for others, `[numItems, 1]`; undefined when nobody lacks it. */
function presenceColumn(matrix: FeatureMatrix): Variable | undefined {
  const present = presence(matrix);
  return present && matrixVariable({ rows: matrix.rows, columns: 1, data: present }, false);
}

/** Makes a parameter with so many rows and d columns. */
type MakeWeight = (name: string, rows: number) => Variable;

/** How the views of the modalities become one, ē: its parameters, and `[n, d]` from a view each. */
function createFusion(
  { variant, numHeads, embeddingSize: d }: Readonly<MmsslOptions>,
  weight: MakeWeight,
): {
  readonly parameters: Record<string, Variable>;
  fuse(views: readonly Tensor2D[]): Tensor2D;
} {
  if (variant === 'published') {
    const output = weight('attention/output', numHeads * d);
    return {
      parameters: { 'attention/output': output },
      fuse: (views) => {
        // Each head repeats the whole vector: the heads' blocks of the projection add up.
        const projection = sum<Tensor2D>(reshape(output, [numHeads, d, d]), 0);
        return matMul(div<Tensor2D>(addN([...views]), views.length), projection);
      },
    };
  }
  const [query, key, output] = ['query', 'key', 'output'].map((name) =>
    weight(`attention/${name}`, d),
  ) as [Variable, Variable, Variable];
  return {
    parameters: { 'attention/query': query, 'attention/key': key, 'attention/output': output },
    fuse: (views) =>
      crossModalAttention(
        views,
        { query: query as Tensor2D, key: key as Tensor2D, output: output as Tensor2D },
        numHeads,
      ),
  };
}

function perSide(compute: (side: 'users' | 'items') => Tensor2D): Embeddings {
  return { users: compute('users'), items: compute('items') };
}

/**
 * Multi-order propagation by the rule of the features: users from items, then items from the new users, each sum
 * over the root of the degree; the mean of all layers. The authors' last layer passes through a softmax over its
 * columns.
 */
function propagate(
  { toUsers, toItems }: GraphOperators,
  ids: Embeddings,
  { numLayers, variant }: Readonly<MmsslOptions>,
): Embeddings {
  const layers = [ids];
  for (let layer = 1; layer <= numLayers; layer++) {
    const published = variant === 'published' && layer === numLayers;
    const finish = (x: Tensor2D) => (published ? softmax(x) : x);
    const users = finish(spmm(toUsers, layers.at(-1)!.items));
    layers.push({ users, items: finish(spmm(toItems, users)) });
  }
  return perSide((side) => div(addN(layers.map((layer) => layer[side])), layers.length));
}
