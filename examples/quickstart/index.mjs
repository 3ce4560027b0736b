// From nothing to recommendations: makes the demonstration data, trains BM3 on it with a progress bar,
// compares it with simpler rankings, and recommends to three users.
//   node index.mjs [--epochs n]
import { createBm3 } from '@mmrec/bm3';
import { formatTable, synthesize } from '@mmrec/cli';
import { createRng, itemsByUser } from '@mmrec/core';
import { createLightGcn } from '@mmrec/lightgcn';
import { evaluateRanking, mostPopularTopK, randomTopK } from '@mmrec/metrics';
import { createTopK, useBackend } from '@mmrec/ops';
import { createProgress, fit, recommend } from '@mmrec/train';

const epochsFlag = process.argv.indexOf('--epochs');
const epochs = epochsFlag < 0 ? 60 : Number(process.argv[epochsFlag + 1]);

const { name: backend } = await useBackend();
const { splits, items, features } = synthesize({ seed: 1 });
const { train, validation, test } = splits;
say(`Demonstration data (synthetic): ${train.numUsers} users, ${train.numItems} items,`);
say(
  `${train.users.length} / ${validation.users.length} / ${test.users.length} interactions to train, choose and test on.`,
);
say(`Back end: ${backend}.\n`);

const rng = createRng(1);
const inputs = { interactions: train, features };
const bm3 = createBm3({ ...inputs, rng: rng.fork('bm3') }, { dropout: 0.3, regWeight: 0.01 });
const lightgcn = createLightGcn({ ...inputs, rng: rng.fork('lightgcn') });
const bm3Run = await trainModel('BM3', bm3);
const lightgcnRun = await trainModel('LightGCN', lightgcn);

// Every ranking is judged alike: items held out for test, among all that the user has not in training.
const rankings = [
  ['random', '–', randomTopK(rng.fork('random'), train.numItems)],
  ['most popular', '–', mostPopularTopK(train, train.numItems)],
  ['LightGCN', '–', createTopK(lightgcnRun.embeddings)],
  ['BM3', 'visual + textual', createTopK(bm3Run.embeddings)],
];
const rows = [];
for (const [name, used, topK] of rankings) {
  const { mean } = await evaluateRanking({
    topK,
    relevant: itemsByUser(test),
    exclude: itemsByUser(train),
    metrics: ['recall', 'ndcg'],
    ks: [10, 20],
  });
  rows.push([
    name,
    used,
    ...['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'].map((key) => mean[key].toFixed(4)),
  ]);
}
say(formatTable(['ranking', 'features', 'recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'], rows));

const bought = itemsByUser(train);
for (const { user, items: best } of recommend(bm3Run.embeddings, {
  users: [7, 42, 1234],
  exclude: train,
})) {
  const history = [...bought.items.subarray(bought.offsets[user], bought.offsets[user + 1])];
  say(
    `\nUser ${user} bought ${history
      .slice(0, 4)
      .map((item) => items[item].title)
      .join(' · ')}${history.length > 4 ? ` · ${history.length - 4} more` : ''}`,
  );
  best.forEach(({ item, score }, place) => {
    say(`${String(place + 1).padStart(4)}  ${score.toFixed(3)}  ${items[item].title}`);
  });
}

async function trainModel(name, model) {
  const start = performance.now();
  const progress = createProgress(process.stderr, { epochs, metric: 'recall@20' });
  const { bestEpoch, history } = await fit(model, {
    train,
    validation,
    rng: rng.fork(`fit/${name}`),
    options: { epochs, batchSize: 512, learningRate: 0.005, evaluateEvery: 5, patience: 4 },
    callbacks: progress,
  });
  progress.done();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  say(
    `${name}: ${history.length} epochs in ${seconds} s, best on validation at epoch ${bestEpoch}`,
  );
  const embeddings = model.embed();
  model.dispose();
  return { embeddings };
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
