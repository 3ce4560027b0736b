import { createRng, type LossTerms, type Recommender } from '@mmrec/core';
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
import { tinyWorld, type TinyWorld } from './tiny-world.js';

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
        const terms = model.losses(world.batch, createRng(1));
        for (const [name, term] of Object.entries(terms)) {
          expect(term.shape, name).toEqual([]);
          expect(Number.isFinite(term.dataSync()[0]), name).toBe(true);
        }
        dispose(Object.values(terms));
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
        const gradients = gradientsOf(model, world, 0);
        for (const [name, { name: key }] of Object.entries(model.parameters)) {
          const reached = gradients[key]?.dataSync().some((value) => value !== 0) ?? false;
          expect(reached, name).toBe(!withoutGradient.includes(name));
        }
        dispose(gradients);
        model.dispose();
      });

      it('leaves no tensors behind, training or disposed', () => {
        const world = tinyWorld(1);
        const before = memory().numTensors;
        const model = create(world);
        trainSteps(model, world, 1);
        const trained = memory().numTensors;
        trainSteps(model, world, 2);
        expect(memory().numTensors).toBe(trained);
        model.dispose();
        expect(memory().numTensors).toBe(before);
      });

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

function gradientsOf(model: Recommender, world: TinyWorld, step: number): NamedTensorMap {
  const { value, grads } = variableGrads(
    () => total(model.losses(world.batch, createRng(1).fork(`step/${step}`))),
    Object.values(model.parameters),
  );
  value.dispose();
  return grads;
}

function trainSteps(model: Recommender, world: TinyWorld, steps: number): void {
  const optimizer = createAdam(model.parameters, { learningRate: 0.02 });
  for (let step = 0; step < steps; step++) {
    const gradients = gradientsOf(model, world, step);
    const named = Object.entries(model.parameters).map(
      ([name, { name: key }]) => [name, gradients[key]!] as const,
    );
    optimizer.step(Object.fromEntries(named));
    dispose(gradients);
  }
  optimizer.dispose();
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
