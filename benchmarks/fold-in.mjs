// Recall@20 of a run's trained users, and of users made from the same users' training histories.
//   node benchmarks/fold-in.mjs <run> [test | validation]
import { itemsByUser } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { readServingModel, serveModel } from '@mmrec/serve';
import { readRun, readRunDataset } from '@mmrec/train';

const [folder, split = 'test'] = process.argv.slice(2);
await useBackend('wasm', { threads: 1 });
const { dataset } = await readRunDataset(await readRun(folder));
const model = await readServingModel(folder);
const served = serveModel(model);
const listsOf =
  ({ offsets, items }) =>
  (user) =>
    Array.from(items.subarray(offsets[user], offsets[user + 1]), (item) => model.items[item]);
const [history, heldOut] = [model.histories, itemsByUser(dataset[split])].map(listsOf);
const users = model.users.map((_, user) => user);
const judged = users.filter((user) => heldOut(user).length > 0 && history(user).length > 0);

function recall(queryOf) {
  const answers = served.recommendMany(judged.map((user) => ({ ...queryOf(user), k: 20 })));
  const shares = answers.map(({ items }, at) => {
    const wanted = new Set(heldOut(judged[at]));
    return items.filter(({ item }) => wanted.has(item)).length / wanted.size;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
const trained = recall((user) => ({ user: model.users[user] }));
const foldIn = recall((user) => ({ history: history(user) }));
console.log(
  JSON.stringify({
    run: folder,
    split,
    users: judged.length,
    trained,
    foldIn,
    ratio: foldIn / trained,
  }),
);
