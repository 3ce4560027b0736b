import type { Interactions, ModelInputs, Phase, Recommender } from '@mmrec/core';
import { gatherRows, xavierUniform } from '@mmrec/ops';
import {
  dispose,
  mean,
  mul,
  scalar,
  softplus,
  square,
  sub,
  sum,
  tensor2d,
  tidy,
  variable,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';

/** Matrix factorisation with BPR: the smallest model that learns. For tests. */
export function createFactorization(
  { interactions, rng }: Pick<ModelInputs, 'interactions' | 'rng'>,
  columns = 8,
): Recommender {
  const { numUsers, numItems } = interactions;
  const users = xavierUniform({ rows: numUsers, columns, rng: rng.fork('users') });
  const items = xavierUniform({ rows: numItems, columns, rng: rng.fork('items') });
  const parameters = { users, items };
  return {
    parameters,
    rowsOf: { users: 'users', items: 'items' },
    losses: (batch) =>
      tidy(() => {
        const user = gatherRows(users as Tensor2D, batch.users);
        const score = (rows: Int32Array) =>
          sum<Tensor1D>(mul(user, gatherRows(items as Tensor2D, rows)), 1);
        const gap = sub(score(batch.negativeItems), score(batch.positiveItems));
        return {
          bpr: mean<Scalar>(softplus(gap)),
          norm: mul<Scalar>(sum(square(user)), 1e-4),
        };
      }),
    embed: () => ({ users: users.clone() as Tensor2D, items: items.clone() as Tensor2D }),
    dispose: () => dispose(parameters),
  };
}

/** Two users with an item each in training and item 2 held out: the rank of item 2 is all there is. */
export const scriptedWorld: { readonly train: Interactions; readonly validation: Interactions } = {
  train: { numUsers: 2, numItems: 6, users: Int32Array.of(0, 1), items: Int32Array.of(0, 1) },
  validation: { numUsers: 2, numItems: 6, users: Int32Array.of(0, 1), items: Int32Array.of(2, 2) },
};

/**
 * A model of {@link scriptedWorld} that ranks item 2 as a script says, whatever is learned. Its only
 * parameter, `clock`, falls by the learning rate at every step, because its gradient is always 1.
 *
 * @param ranks - Rank of item 2, 1 to 4, after 0, 1, 2, … steps at learning rate 1.
 */
export function createScripted(ranks: readonly number[]): Recommender & { steps(): number } {
  const start = scalar(0);
  const clock = variable(start) as Variable;
  start.dispose();
  const steps = () => Math.round(0 - clock.dataSync()[0]!);
  return {
    parameters: { clock },
    sampling: 'pairs',
    steps,
    losses: () => tidy(() => ({ time: mul<Scalar>(clock, 1) })),
    embed: () => {
      const score = 0.5 - ranks[steps()]!;
      return {
        users: tensor2d([[1], [1]]),
        items: tensor2d([[-9], [-9], [score], [-1], [-2], [-3]]),
      };
    },
    dispose: () => clock.dispose(),
  };
}

/** A model of {@link scriptedWorld} with parameters and losses of choice, which ranks nothing. For tests. */
export function createToy(
  values: Readonly<Record<string, number>>,
  losses: (parameters: Readonly<Record<string, Variable>>, rows: number) => Record<string, Scalar>,
  phases?: (parameters: Readonly<Record<string, Variable>>) => readonly Phase[],
): Recommender {
  const parameters = Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const start = scalar(value);
      const parameter = variable(start) as Variable;
      start.dispose();
      return [name, parameter];
    }),
  );
  return {
    parameters,
    sampling: 'pairs',
    ...(phases && { phases: phases(parameters) }),
    losses: ({ users }) => tidy(() => losses(parameters, users.length)),
    embed: () => ({ users: tensor2d([[1], [1]]), items: tensor2d([[1], [1], [1], [1], [1], [1]]) }),
    dispose: () => dispose(parameters),
  };
}
