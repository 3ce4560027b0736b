// From a CSV of purchases and a list of products to recommendations by their own ids: reads, makes
// features of the products' texts, trains VBPR, and compares it with the best-sellers.
//   node index.mjs
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng, itemsByUser } from '@mmrec/core';
import { kCoreFilter, readTable, splitPerUser } from '@mmrec/data';
import { extractFeatures, readFeatureFolder } from '@mmrec/features';
import { evaluateRanking, mostPopularTopK } from '@mmrec/metrics';
import { useBackend } from '@mmrec/ops';
import { evaluate, fit, recommend } from '@mmrec/train';
import { createVbpr } from '@mmrec/vbpr';

const customer = 'C017';
const rng = createRng(1);

// 1. Purchases: ids are text. Customers and products with fewer than 3 partners teach little.
const purchases = fileURLToPath(new URL('purchases.csv', import.meta.url));
const table = kCoreFilter(await readTable(purchases, { user: 'customer', item: 'sku' }), 3);
const { train, validation, test } = splitPerUser(table, { rng: rng.fork('split') });
const { ids: skus } = table.itemIds;
console.log(
  `${table.users.length} purchases, ${table.numUsers} customers, ${table.numItems} products`,
);

// 2. Features: row i for product i of the table. A product that the list lacks goes without.
const products = await readProducts(new URL('products.jsonl', import.meta.url));
const features = await textFeatures(
  skus.map((sku) => {
    const product = products.get(sku);
    return { id: sku, text: product && `${product.title}. ${product.description}` };
  }),
);

// 3. Training, until recall on validation no longer improves.
await useBackend();
const model = createVbpr(
  { interactions: train, features, rng: rng.fork('model') },
  { embeddingSize: 16 },
);
await fit(model, {
  train,
  validation,
  rng: rng.fork('fit'),
  metric: 'recall@5',
  options: { epochs: 100, batchSize: 128, learningRate: 0.01, patience: 10 },
});
const embeddings = model.embed();
model.dispose();

// 4. Is it better than showing everyone the best-sellers?
const { mean } = await evaluate(embeddings, { train, heldOut: test }, { ks: [5] });
const { mean: popular } = await evaluateRanking({
  topK: mostPopularTopK(train, train.numItems),
  relevant: itemsByUser(test),
  exclude: itemsByUser(train),
  metrics: ['recall'],
  ks: [5],
});
console.log(`test recall@5: VBPR ${format(mean)}, best-sellers ${format(popular)}`);

// 5. Recommendations, back in the shop's own ids.
const [{ items }] = recommend(embeddings, {
  users: [table.userIds.indexOf(customer)],
  k: 5,
  exclude: train,
});
console.log(`for ${customer}:`);
for (const { item, score } of items) {
  const sku = skus[item];
  console.log(`  ${sku}  ${score.toFixed(3)}  ${products.get(sku)?.title ?? '(not in the list)'}`);
}

async function readProducts(file) {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line)).map((product) => [product.sku, product]));
}

/** Features of texts, by the built-in encoder: no model, no download. */
async function textFeatures(items) {
  const folder = await mkdtemp(join(tmpdir(), 'own-csv-'));
  try {
    await extractFeatures(items, { folder, text: 'tfidf' });
    return await readFeatureFolder(folder, { numItems: items.length });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function format({ 'recall@5': recall }) {
  return recall.toFixed(3);
}
