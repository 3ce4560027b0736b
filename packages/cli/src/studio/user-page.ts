import type { Explanation } from '@mmrec/serve';
import { itemsOf, type Studio, type StudioRun } from './open-studio.js';
import type { HeldOutSplit, Reason, UserList, UserPage, UserSummary } from './studio-api.js';

/** Items of a history that a reason names. */
const namedItems = 6;

/** A user as it stands in a list. */
export function userSummary({ users, splits }: Studio, user: number): UserSummary {
  return {
    id: users[user]!,
    history: itemsOf(splits.train, user).length,
    validation: itemsOf(splits.validation, user).length,
    test: itemsOf(splits.test, user).length,
  };
}

/** A user with the best `k` items of every run. */
export function userPage(studio: Studio, user: number, k: number): UserPage {
  const { users, items, splits, runs } = studio;
  const history = itemsOf(splits.train, user);
  const splitOf = new Map<number, HeldOutSplit>();
  for (const split of ['test', 'validation'] as const)
    for (const item of itemsOf(splits[split], user)) splitOf.set(item, splitOf.get(item) ?? split);
  const heldOut = [...splitOf].filter(([item]) => !history.includes(item));
  const ranks = runs.map((run) =>
    ranksOf(
      run,
      user,
      heldOut.map(([item]) => item),
    ),
  );
  const [previous, next] = [users[user - 1], users[user + 1]];
  return {
    id: users[user]!,
    position: user,
    ...(previous !== undefined && { previous }),
    ...(next !== undefined && { next }),
    history: Array.from(history, (item) => items.summary(item)),
    heldOut: heldOut.map(([item, split], at) => ({
      item: items.summary(item),
      split,
      ranks: ranks.map((each) => each[at]!),
    })),
    runs: runs.map((run) => userList({ studio, run, splitOf }, user, k)),
  };
}

interface ListInputs {
  readonly studio: Studio;
  readonly run: StudioRun;
  readonly splitOf: ReadonlyMap<number, HeldOutSplit>;
}

function userList({ studio, run, splitOf }: ListInputs, user: number, k: number): UserList {
  const { items, users } = studio;
  const query = { user: users[user]! };
  const list = run.served.recommend(query, { k }).items.map(({ item: id, score }) => {
    const row = items.rowOf(id)!;
    const hit = splitOf.get(row);
    return {
      item: items.summary(row),
      score,
      ...(hit !== undefined && { hit }),
      reason: reasonOf(studio, run.served.explain(query, id)),
    };
  });
  return { items: list, testHits: list.filter(({ hit }) => hit === 'test').length };
}

function reasonOf({ items }: Studio, { byHistory, byModality }: Explanation): Reason {
  const named = byHistory.items.slice(0, namedItems);
  const others = byHistory.items.slice(namedItems);
  return {
    history: named.map(({ item, contribution }) => ({
      item: items.summary(items.rowOf(item)!),
      contribution,
    })),
    others: {
      count: others.length,
      contribution: others.reduce((sum, { contribution }) => sum + contribution, 0),
    },
    everyone: byHistory.everyone,
    rest: byHistory.rest,
    ...(byModality && {
      modalities: {
        average: byModality.average,
        byName: byModality.modalities,
        interactions: byModality.interactions,
      },
    }),
  };
}

/** Places of some items among all that are not in the history: 1 and the number of items with a larger score. */
function ranksOf({ model }: StudioRun, user: number, wanted: readonly number[]): number[] {
  if (wanted.length === 0) return [];
  const { embeddingSize: d, userEmbeddings, itemEmbeddings, histories } = model;
  const scores = new Float64Array(itemEmbeddings.length / d);
  for (let item = 0; item < scores.length; item++) {
    let sum = 0;
    for (let c = 0; c < d; c++)
      sum += userEmbeddings[user * d + c]! * itemEmbeddings[item * d + c]!;
    scores[item] = sum;
  }
  for (const item of itemsOf(histories, user)) scores[item] = -Infinity;
  return wanted.map((item) =>
    scores.reduce((rank, score) => (score > scores[item]! ? rank + 1 : rank), 1),
  );
}
