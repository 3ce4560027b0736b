// Fits BM3 on interactions and features that are already in memory, evaluates it and recommends.
//   node index.mjs
import { createBm3 } from '@mmrec/bm3';
import { createRng } from '@mmrec/core';
import { createInteractionTable, splitPerUser } from '@mmrec/data';
import { useBackend } from '@mmrec/ops';
import { evaluate, fit, recommend } from '@mmrec/train';

const rng = createRng(1);
const { shopping, items } = makeShop();

// 1. Interactions as two columns of your own ids, then split per user.
const table = createInteractionTable({
  users: shopping.map(([user]) => user),
  items: shopping.map(([, item]) => item),
});
const { train, validation, test } = splitPerUser(table, { rng: rng.fork('split') });

// 2. Features: one matrix a modality, row i for item i of the table.
const features = {
  visual: toMatrix(table.itemIds.ids.map((id) => items.get(id).picture)),
  textual: toMatrix(table.itemIds.ids.map((id) => items.get(id).words)),
};

// 3. A model, trained until the validation metric no longer improves.
const { name: backend } = await useBackend();
const model = createBm3(
  { interactions: train, features, rng: rng.fork('model') },
  { embeddingSize: 32 },
);
const { bestEpoch } = await fit(model, {
  train,
  validation,
  rng: rng.fork('fit'),
  options: { epochs: 60, batchSize: 256, learningRate: 0.005, patience: 15 },
});

// 4. How good is it, and what does it recommend?
const embeddings = model.embed();
const { mean } = await evaluate(embeddings, { train, heldOut: test }, { ks: [10] });
console.log(`back end ${backend}, best epoch ${bestEpoch}`);
console.log(`test recall@10 ${mean['recall@10'].toFixed(3)} (random: ${(10 / 120).toFixed(3)})`);

const user = 'user 7';
const [{ items: best }] = recommend(embeddings, {
  users: [table.userIds.indexOf(user)],
  k: 5,
  exclude: train,
});
console.log(`${user} likes ${tasteOf(7)} things and gets`);
for (const { item, score } of best) {
  console.log(`  ${table.itemIds.ids[item]}  ${score.toFixed(3)}`);
}
embeddings.users.dispose();
embeddings.items.dispose();
model.dispose();

/** 90 people, three tastes, 120 things: people mostly take things of their taste. */
function makeShop() {
  const random = createRng(2).stream('shop');
  const items = new Map();
  for (let item = 0; item < 120; item++) {
    const taste = item % 3;
    const noisy = (size) => Array.from({ length: size }, () => 0.4 * random.normal());
    const [picture, words] = [noisy(8), noisy(6)];
    picture[taste] += 1;
    words[taste] += 1;
    items.set(`${tasteOf(item)} thing ${item}`, { picture, words });
  }
  const names = [...items.keys()];
  const shopping = [];
  for (let user = 0; user < 90; user++) {
    const own = names.filter((_, item) => item % 3 === user % 3);
    for (const item of random.shuffle(own).slice(0, 10)) shopping.push([`user ${user}`, item]);
    for (const item of random.shuffle([...names]).slice(0, 2))
      shopping.push([`user ${user}`, item]);
  }
  return { shopping, items };
}

function tasteOf(number) {
  return ['wooden', 'woollen', 'glass'][number % 3];
}

/** Rows as a feature matrix. */
function toMatrix(rows) {
  return { rows: rows.length, columns: rows[0].length, data: Float32Array.from(rows.flat()) };
}
