import { createRng, type Batch, type LossTerms, type Phase, type Recommender } from '@mmrec/core';
import { createAdam } from '@mmrec/ops';
import {
  addN,
  dispose,
  matMul,
  memory,
  tidy,
  variableGrads,
  type NamedTensorMap,
  type Scalar,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { eachBackend } from './each-backend.js';
import { tinyWorld, withMissingFeatures, type TinyWorld } from './tiny-world.js';

/** What a model may say of itself to the suite. */
export interface SuiteOptions {
  /** Training steps after which the tastes are told apart. Default 60. */
  readonly steps?: number;
  /** Parameters that no gradient reaches, by design. */
  readonly withoutGradient?: readonly string[];
}

/**
 * Tests that every model must pass, on each back end: shapes, determinism, seeds, gradients for every
 * parameter, no tensors left behind, and learning a world whose answer is known.
 *
 * It can't see a flipped sign or a lost term: each term of a loss needs a number of its own in the
 * model's tests.
 */
export function testRecommender(
  create: (world: TinyWorld) => Recommender,
  { steps = 60, withoutGradient = [] }: SuiteOptions = {},
): void {
  eachBackend(() => {
    describe('as every recommender', () => {
      it('embeds users and items in one space of finite numbers', () => {
        const world = tinyWorld(1);
        const model = create(world);
        const { users, items } = model.embed();
        expect(users.shape).toEqual([world.interactions.numUsers, users.shape[1]]);
        expect(items.shape).toEqual([world.interactions.numItems, users.shape[1]]);
        expect([...users.dataSync(), ...items.dataSync()].every(Number.isFinite)).toBe(true);
        dispose([users, items]);
        model.dispose();
      });

      it('gives finite scalar losses', () => {
        const world = tinyWorld(1);
        const model = create(world);
        for (const { losses } of [model, ...(model.phases ?? [])]) {
          const terms = losses(world.batch, createRng(1));
          for (const [name, term] of Object.entries(terms)) {
            expect(term.shape, name).toEqual([]);
            expect(Number.isFinite(term.dataSync()[0]), name).toBe(true);
          }
          dispose(Object.values(terms));
        }
        model.dispose();
      });

      it('repeats itself with the same seed, not with another, and knows seed 0', () => {
        const scores = [0, 0, 1].map((seed) => {
          const model = create({ ...tinyWorld(1), rng: createRng(seed) });
          trainSteps(model, tinyWorld(1), 3);
          const result = scoresOf(model);
          model.dispose();
          return result;
        });
        expect(scores[0]).toEqual(scores[1]);
        expect(scores[0]).not.toEqual(scores[2]);
      });

      it('embeds alike each time', () => {
        const model = create(tinyWorld(1));
        expect(scoresOf(model)).toEqual(scoresOf(model));
        model.dispose();
      });

      it('sends a gradient to every parameter', () => {
        const world = tinyWorld(1);
        const model = create(world);
        const reached = new Set<string>();
        for (const phase of phasesOf(model)) {
          const { gradients } = valueAndGradientsOf(model, phase, { batch: world.batch, step: 0 });
          for (const [name, gradient] of Object.entries(gradients)) {
            if (gradient.dataSync().some((value) => value !== 0)) reached.add(name);
          }
          dispose(gradients);
        }
        for (const name of Object.keys(model.parameters)) {
          expect(reached.has(name), name).toBe(!withoutGradient.includes(name));
        }
        model.dispose();
      });

      it('trains on features with gaps, and what stands in a gap has no influence', () => {
        const [zeros, noise] = [0, 1e3].map((content) => {
          const world = withMissingFeatures(tinyWorld(1), content);
          const model = create(world);
          const losses = trainSteps(model, world, 3);
          const scores = scoresOf(model);
          model.dispose();
          return { losses, scores };
        });
        expect([...zeros!.losses, ...zeros!.scores].every(Number.isFinite)).toBe(true);
        expect(noise).toEqual(zeros);
      });

      it('gives finite losses for items that lack all features', () => {
        const world = withMissingFeatures(tinyWorld(1), 0);
        const model = create(world);
        const items = Int32Array.of(0, 10);
        const batch = { users: Int32Array.of(0, 6), positiveItems: items, negativeItems: items };
        for (const phase of phasesOf(model)) {
          const terms = phase.losses(batch, createRng(1));
          for (const [name, term] of Object.entries(terms)) {
            expect(Number.isFinite(term.dataSync()[0]), name).toBe(true);
          }
          dispose(Object.values(terms));
        }
        model.dispose();
      });

      it.each([false, true])(
        'leaves no tensors behind, training or disposed (gaps: %s)',
        (gaps) => {
          const world = gaps ? withMissingFeatures(tinyWorld(1), 0) : tinyWorld(1);
          const before = memory().numTensors;
          const model = create(world);
          trainSteps(model, world, 1);
          const trained = memory().numTensors;
          trainSteps(model, world, 2);
          expect(memory().numTensors).toBe(trained);
          model.dispose();
          expect(memory().numTensors).toBe(before);
        },
      );

      it.each([1, 2, 3])('learns whose taste is whose (seed %i)', (seed) => {
        const world = tinyWorld(seed);
        const model = create(world);
        trainSteps(model, world, steps);
        const scores = scoresOf(model);
        const { numItems } = world.interactions;
        for (const [user, others] of world.otherTaste.entries()) {
          const score = (item: number) => scores[user * numItems + item]!;
          const best = Math.max(...others.map(score));
          expect(score(world.withheld[user]!), `user ${user}`).toBeGreaterThan(best);
        }
        model.dispose();
      });
    });
  });
}

/** A model's objectives in the order in which training minimises them. */
function phasesOf(model: Recommender): readonly Phase[] {
  const whole: Phase = {
    name: 'main',
    parameters: Object.keys(model.parameters),
    losses: (batch, rng) => model.losses(batch, rng),
  };
  return model.phases ?? [whole];
}

/** Value of a phase's objective, and gradients for its own parameters by their names. */
function valueAndGradientsOf(
  model: Recommender,
  phase: Phase,
  { batch, step }: { batch: Batch; step: number },
): { readonly value: number; readonly gradients: NamedTensorMap } {
  const rng = createRng(1).fork(`step/${step}`).fork(phase.name);
  const variables = phase.parameters.map((name) => model.parameters[name]!);
  const { value, grads } = variableGrads(() => total(phase.losses(batch, rng)), variables);
  const present = phase.parameters.filter((name) => grads[model.parameters[name]!.name]);
  const gradients = Object.fromEntries(
    present.map((name) => [name, grads[model.parameters[name]!.name]!] as const),
  );
  const [number] = value.dataSync();
  value.dispose();
  return { value: number!, gradients };
}

/** Trains, and returns the objectives' values before each step. */
function trainSteps(model: Recommender, { batch }: TinyWorld, steps: number): number[] {
  const values: number[] = [];
  const phases = phasesOf(model).map((phase) => {
    const parameters = phase.parameters.map((name) => [name, model.parameters[name]!] as const);
    const adam = { learningRate: 0.02, ...phase.adam };
    return { phase, optimizer: createAdam(Object.fromEntries(parameters), adam) };
  });
  model.startEpoch?.(1);
  for (let step = 0; step < steps; step++) {
    for (const { phase, optimizer } of phases) {
      const { value, gradients } = valueAndGradientsOf(model, phase, { batch, step });
      values.push(value);
      optimizer.step(gradients);
      dispose(gradients);
    }
  }
  for (const { optimizer } of phases) optimizer.dispose();
  return values;
}

function scoresOf(model: Recommender): Float32Array {
  const product = tidy(() => {
    const { users, items } = model.embed();
    return matMul(users, items, false, true);
  });
  const scores = product.dataSync() as Float32Array;
  product.dispose();
  return scores;
}

const total = (terms: LossTerms) => addN<Scalar>(Object.values(terms));
