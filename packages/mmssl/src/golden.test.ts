import { createRng, type Embeddings, type FeatureMatrix, type Recommender } from '@mmrec/core';
import {
  assignParameters,
  caseBatch,
  caseInteractions,
  eachBackend,
  expectNear,
  goldenCases,
  replayRng,
  transposed,
  type GoldenTensor,
  type ModelCase,
  type ParameterMap,
} from '@mmrec/test-utils';
import {
  addN,
  concat,
  eye,
  tidy,
  variableGrads,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { createAdversary } from './adversary.js';
import { createMmssl } from './create-mmssl.js';
import { createGenerator } from './generator.js';
import { timesWeight } from './interaction-rows.js';
import { createModalityGraphs } from './modality-graphs.js';
import { mmsslOptions, type MmsslOptions } from './options.js';

type Config = Readonly<Record<string, number>>;
type Tensors = Readonly<Record<string, GoldenTensor>>;

interface MmsslCase extends Omit<ModelCase, 'noise' | 'expected'> {
  readonly config: Config;
  readonly discriminatorParams: Tensors;
  readonly modalGraphs: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly noise: Readonly<Record<string, readonly GoldenTensor[]>> & {
    readonly uniform: GoldenTensor;
    readonly alpha: GoldenTensor;
  };
  readonly expected: {
    readonly evalForward: Tensors;
    readonly discriminator: {
      readonly fakeInput: GoldenTensor;
      readonly realInput: GoldenTensor;
      readonly fakeScore: GoldenTensor;
      readonly realScore: GoldenTensor;
      readonly gradientPenalty: number;
      readonly loss: number;
      readonly grads: Tensors;
    };
    readonly generator: {
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly grads: Tensors;
    };
  };
}

/** Modalities in the published code's order, and its names for them. */
const theirs: Readonly<Record<string, string>> = { visual: 'image', textual: 'text' };

const criticMap: ParameterMap = {
  'critic/0/weight': { name: 'net.0.weight', layout: transposed },
  'critic/0/bias': { name: 'net.0.bias' },
  'critic/0/scale': { name: 'net.2.weight' },
  'critic/0/shift': { name: 'net.2.bias' },
  'critic/1/weight': { name: 'net.4.weight', layout: transposed },
  'critic/1/bias': { name: 'net.4.bias' },
  'critic/1/scale': { name: 'net.6.weight' },
  'critic/1/shift': { name: 'net.6.bias' },
  'critic/output/weight': { name: 'net.8.weight', layout: transposed },
  'critic/output/bias': { name: 'net.8.bias' },
};

const generatorMap = (modalities: readonly string[]): ParameterMap => ({
  users: { name: 'user_id_embedding.weight' },
  items: { name: 'item_id_embedding.weight' },
  'attention/output': { name: 'weight_dict.w_self_attention_cat' },
  ...Object.fromEntries(
    modalities.flatMap((name) => [
      [`${name}/weight`, { name: `${theirs[name]}_trans.weight`, layout: transposed }],
      [`${name}/bias`, { name: `${theirs[name]}_trans.bias` }],
    ]),
  ),
});

function optionsOf(config: Config): Partial<MmsslOptions> {
  return {
    variant: 'published',
    embeddingSize: config['embed_size']!,
    numHeads: config['head_num']!,
    numLayers: config['n_ui_layers']!,
    dropout: config['drop_rate']!,
    modalityIdWeight: config['id_cat_rate']!,
    modalityWeight: config['model_cat_rate']!,
    contrastWeight: config['cl_rate']!,
    adversarialWeight: config['G_rate']!,
    temperature: config['tau']!,
    featureRegWeight: config['feat_reg_decay']!,
    regWeight: config['emb_reg']!,
    criticDropout: config['G_drop1']!,
    criticOutputDropout: config['G_drop2']!,
    penaltyWeight: config['gp_lambda']! * config['gp_rate']!,
    rowTemperature: config['real_data_tau']!,
    scoreWeight: config['ui_pre_scale']!,
    noiseWeight: config['log_log_scale']!,
  };
}

/** A case as the model takes it. */
function inputsOf(golden: MmsslCase) {
  const modalities = Object.keys(theirs).filter((name) => golden.features[name]);
  const features = Object.fromEntries(
    modalities.map((name): [string, FeatureMatrix] => {
      const { shape, data } = golden.features[name]!;
      return [name, { rows: shape[0]!, columns: shape[1]!, data: Float32Array.from(data) }];
    }),
  );
  const interactions = caseInteractions(golden as unknown as ModelCase);
  const modalityGraphs = Object.fromEntries(
    modalities.map((name) => {
      const pairs = golden.modalGraphs[name]!;
      const [users, items] = [0, 1].map((side) => Int32Array.from(pairs, (pair) => pair[side]!));
      return [name, { ...interactions, users: users!, items: items! }];
    }),
  );
  return { modalities, features, interactions, modalityGraphs, rng: createRng(0) };
}

const scalarNear = (actual: Scalar, expected: number, what: string) => {
  const near = { relative: 1e-5, absolute: 1e-6, what };
  expectNear(actual.dataSync(), { shape: [], data: [expected] }, near);
};

/** Loss and gradients of one phase; the terms by name. */
function checkPhase(
  model: Recommender,
  phaseName: string,
  expected: {
    golden: MmsslCase;
    loss: number;
    grads: Tensors;
    map: ParameterMap;
    noise: readonly GoldenTensor[];
  },
): Readonly<Record<string, number>> {
  const { golden, loss, grads: gradients, map } = expected;
  const phase = model.phases!.find(({ name }) => name === phaseName)!;
  const batch = caseBatch(golden as unknown as ModelCase);
  const rng = replayRng(expected.noise);
  const terms: Record<string, number> = {};
  const { value, grads } = variableGrads(
    () => {
      const made = phase.losses(batch, rng);
      for (const [name, term] of Object.entries(made)) terms[name] = term.dataSync()[0]!;
      return addN<Scalar>(Object.values(made));
    },
    phase.parameters.map((name) => model.parameters[name]!),
  );
  if (rng.remaining > 0) throw new Error(`${phaseName}: ${rng.remaining} draws were left over.`);
  scalarNear(value as Scalar, loss, `${phaseName} loss`);
  const gradientOf = (name: string) => grads[model.parameters[name]!.name]!.dataSync();
  const used = new Set(Object.values(map).map(({ name }) => name));
  for (const [
    name,
    { name: published, layout = (tensor: GoldenTensor) => tensor },
  ] of Object.entries(map)) {
    const vanishing = /^critic\/\d\/bias$/.test(name);
    const reference = layout(gradients[published]!);
    if (!vanishing) {
      expectNear(gradientOf(name), reference, {
        relative: 1e-4,
        absolute: 1e-6,
        what: `gradient of ${name}`,
      });
      continue;
    }
    // Before a batch norm in training mode a bias has no effect: the case holds rounding noise.
    const weight =
      layout === transposed ? reference : gradients[published.replace('bias', 'weight')]!;
    const bound = 1e-5 * Math.hypot(...weight.data);
    expectNear(
      gradientOf(name),
      { shape: reference.shape, data: reference.data.map(() => 0) },
      { relative: 0, absolute: bound, what: `gradient of ${name}` },
    );
  }
  for (const [name, { shape, data }] of Object.entries(gradients)) {
    if (used.has(name)) continue;
    const what = `published gradient of ${name}, which has no part in the loss`;
    const none = { shape, data: data.map(() => 0) };
    expectNear(data, none, { relative: 0, absolute: 1e-6, what });
  }
  return terms;
}

/** The evaluation pass and the critic's inputs, from the parts of the model. */
function checkParts(golden: MmsslCase): void {
  const { modalities, modalityGraphs, ...inputs } = inputsOf(golden);
  const options = mmsslOptions.resolve('test', optionsOf(golden.config));
  const generator = createGenerator(inputs, options);
  const adversary = createAdversary(inputs, {
    ...options,
    criticWidth: golden.discriminatorParams['net.0.weight']!.shape[0]!,
  });
  assignParameters(generator.parameters, generatorMap(modalities), golden.params);
  assignParameters(adversary.parameters, criticMap, golden.discriminatorParams);
  const graphs = createModalityGraphs({
    ...{ numUsers: golden.nUsers, numItems: golden.nItems, modalities },
    ...{ neighbors: 0, given: modalityGraphs, features: () => ({}) },
  }).current();
  const near = (actual: Tensor, expected: GoldenTensor, what: string) => {
    expectNear(actual.dataSync(), expected, { relative: 1e-5, what });
  };

  tidy(() => {
    const output = generator.forward(graphs);
    const { evalForward: expected, discriminator } = golden.expected;
    near(output.final.users, expected['userEmbeddings']!, 'userEmbeddings');
    near(output.final.items, expected['itemEmbeddings']!, 'itemEmbeddings');
    for (const name of modalities) {
      const check = (made: Embeddings, users: string, items: string) => {
        near(made.users, expected[`${name}${users}`]!, `${name}${users}`);
        near(made.items, expected[`${name}${items}`]!, `${name}${items}`);
      };
      check(output.features[name]!, 'UserFeatures', 'ItemFeatures');
      check(output.modalityIds[name]!, 'UserIds', 'ItemIds');
    }

    // The critic's rows, made by multiplying them by the identity matrix.
    const { noise } = golden;
    const replay = replayRng([...noise['discriminatorForward']!, noise.uniform]);
    const trained = generator.forward(graphs, replay);
    const users = Int32Array.from(golden.batch.users);
    const whole = eye(golden.nItems) as Tensor2D;
    const made = timesWeight(adversary.generatedRows(trained, users), whole);
    near(concat(made), discriminator.fakeInput, 'fakeInput');
    const [real] = timesWeight([adversary.realRows(trained, users, replay)], whole);
    near(concat(modalities.map(() => real!)), discriminator.realInput, 'realInput');
  });
}

/** Both steps, from the same parameters. */
function checkSteps(golden: MmsslCase): void {
  const { modalities, ...inputs } = inputsOf(golden);
  const model = createMmssl(inputs, {
    ...optionsOf(golden.config),
    criticWidth: golden.discriminatorParams['net.0.weight']!.shape[0]!,
  });
  const map = generatorMap(modalities);
  assignParameters(model.parameters, map, golden.params);
  assignParameters(model.parameters, criticMap, golden.discriminatorParams);
  const { noise, config, expected } = golden;

  const critic = checkPhase(model, 'critic', {
    golden,
    ...expected.discriminator,
    map: criticMap,
    noise: [
      ...noise['discriminatorForward']!,
      noise.uniform,
      ...noise['discriminatorFake']!,
      ...noise['discriminatorReal']!,
      noise.alpha,
      ...noise['discriminatorPenalty']!,
    ],
  });
  const mean = ({ data }: GoldenTensor) => data.reduce((a, b) => a + b, 0) / data.length;
  const same = (actual: number | undefined, wanted: number, what: string) => {
    const near = { relative: 1e-5, absolute: 1e-6, what };
    expectNear([actual!], { shape: [], data: [wanted] }, near);
  };
  same(critic['critic/generated'], mean(expected.discriminator.fakeScore), 'fakeScore');
  same(critic['critic/real'], -mean(expected.discriminator.realScore), 'realScore');
  same(critic['critic/penalty'], expected.discriminator.gradientPenalty, 'gradientPenalty');

  const terms = checkPhase(model, 'generator', {
    golden,
    ...expected.generator,
    map,
    noise: [...noise['generatorForward']!, ...noise['generatorFake']!],
  });
  const weights: Record<string, number> = { adversarial: config['G_rate']! };
  const names: Record<string, string> = {
    embeddingReg: 'regularization',
    featureReg: 'featureRegularization',
  };
  for (const [name, value] of Object.entries(expected.generator.terms)) {
    const modality = /^contrastive(.*)/.exec(name)?.[1]?.toLowerCase();
    const own = modality === undefined ? (names[name] ?? name) : `contrast/${modality}`;
    const weight = modality === undefined ? (weights[name] ?? 1) : config['cl_rate']!;
    same(terms[own], weight * value, name);
  }
  model.dispose();
}

eachBackend(() => {
  for (const { name, data } of goldenCases<MmsslCase>(
    'mmssl',
    new URL('../fixtures/golden/', import.meta.url),
  )) {
    it(name, () => {
      checkParts(data);
      checkSteps(data);
    });
  }
});
