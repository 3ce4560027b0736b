import type { Batch, FeatureMatrix, Interactions, LossTerms, Recommender, Rng } from '@mmrec/core';
import {
  addN,
  matMul,
  tensor,
  tidy,
  variableGrads,
  type Scalar,
  type Variable,
} from '@tensorflow/tfjs-core';
import { expectNear, type GoldenTensor } from './golden.js';

/** The parts of a golden case that every model's has. */
export interface ModelCase {
  readonly nUsers: number;
  readonly nItems: number;
  readonly train: readonly (readonly [number, number])[];
  readonly features: Readonly<Record<string, GoldenTensor>>;
  readonly batch: {
    readonly users: number[];
    readonly posItems: number[];
    readonly negItems: number[];
  };
  readonly params: Readonly<Record<string, GoldenTensor>>;
  readonly noise: { readonly dropout: readonly GoldenTensor[] };
  readonly expected: {
    readonly loss: number;
    readonly grads: Readonly<Record<string, GoldenTensor>>;
    readonly scores: GoldenTensor;
  };
}

/** A case's training interactions. */
export function caseInteractions({ nUsers, nItems, train }: ModelCase): Interactions {
  return {
    numUsers: nUsers,
    numItems: nItems,
    users: Int32Array.from(train, ([user]) => user),
    items: Int32Array.from(train, ([, item]) => item),
  };
}

/** A case's features of the modalities named, in the names' order; those that the case lacks are left out. */
export function caseFeatures(
  { features }: ModelCase,
  modalities: readonly string[],
): Record<string, FeatureMatrix> {
  const present = modalities.filter((modality) => features[modality]);
  return Object.fromEntries(
    present.map((modality) => {
      const { shape, data } = features[modality]!;
      return [modality, { rows: shape[0]!, columns: shape[1]!, data: Float32Array.from(data) }];
    }),
  );
}

/** A case's batch. */
export function caseBatch({ batch }: ModelCase): Batch {
  return {
    users: Int32Array.from(batch.users),
    positiveItems: Int32Array.from(batch.posItems),
    negativeItems: Int32Array.from(batch.negItems),
  };
}

/** How a parameter of ours stands in a case: its name there, and its tensor as ours is laid out. */
export type ParameterMap = Readonly<
  Record<
    string,
    { readonly name: string; readonly layout?: (tensor: GoldenTensor) => GoldenTensor }
  >
>;

/**
 * Checks a model against a golden case: loss, every gradient and the scores, to the cases' tolerances.
 *
 * @param map - Every parameter of the model, by our name.
 * @param rng - Replays the case's noise.
 * @param evaluationRng - Replays the noise of the scores, for a model that draws at evaluation.
 */
export function checkModelCase(
  model: Recommender,
  golden: ModelCase,
  {
    map,
    rng,
    evaluationRng,
  }: { readonly map: ParameterMap; readonly rng: Rng; readonly evaluationRng?: Rng },
): void {
  const { parameters } = model;
  const names = Object.keys(parameters).sort();
  if (names.join() !== Object.keys(map).sort().join()) {
    throw new Error(`checkModelCase: the model has the parameters ${names.join(', ')}.`);
  }
  assignParameters(parameters, map, golden.params);
  const { value, grads } = variableGrads(
    () => total(model.losses(caseBatch(golden), rng)),
    Object.values(parameters),
  );
  const { loss, grads: expected, scores } = golden.expected;
  expectNear(
    value.dataSync(),
    { shape: [], data: [loss] },
    { relative: 1e-5, absolute: 1e-6, what: 'loss' },
  );
  for (const [name, { name: theirs, layout = same }] of Object.entries(map)) {
    const actual = grads[variableName(parameters[name]!)]!.dataSync();
    expectNear(actual, layout(expected[theirs]!), {
      relative: 1e-4,
      absolute: 1e-6,
      what: `gradient of ${name}`,
    });
  }
  const product = tidy(() => {
    const { users, items } = model.embed(evaluationRng);
    return matMul(users, items, false, true);
  });
  expectNear(product.dataSync(), scores, { relative: 1e-5, what: 'scores' });
}

/** Gives parameters the numbers that a case has for them. */
export function assignParameters(
  parameters: Recommender['parameters'],
  map: ParameterMap,
  golden: Readonly<Record<string, GoldenTensor>>,
): void {
  for (const [name, { name: theirs, layout = same }] of Object.entries(map)) {
    const { shape, data } = layout(golden[theirs]!);
    tidy(() => parameters[name]!.assign(tensor([...data], [...shape])));
  }
}

const same = (golden: GoldenTensor) => golden;
const variableName = (variable: Variable) => variable.name;
const total = (terms: LossTerms) => addN<Scalar>(Object.values(terms));
