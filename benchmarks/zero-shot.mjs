// Features without any training: each user is the mean of the features of the items in their history, and items are
// ranked by the cosine to it. Prints recall@20 of the test split, averaged over the users, for each feature file.
//   node benchmarks/zero-shot.mjs DIR [unified_feat.npy image_feat.npy …]
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDataset } from '@mmrec/data';
import { readNpy } from '@mmrec/features';

const k = 20;

const [folder, ...given] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.error('zero-shot: the dataset folder must exist: node benchmarks/zero-shot.mjs DIR');
  process.exit(2);
}
const files = given.length
  ? given
  : readdirSync(folder).filter((file) => file.endsWith('_feat.npy'));
const { train, test } = await readDataset(folder);
const [history, wanted] = [itemsOf(train), itemsOf(test)];
for (const file of files) {
  const { shape, data } = await readNpy(join(folder, file));
  const [recall, error] = recallOf({ columns: shape[1], data });
  console.log(
    `${file.padEnd(20)} ${shape.join(' × ').padEnd(12)} recall@${k} ${recall.toFixed(4)} ± ${error.toFixed(4)}`,
  );
}

/** Mean over the users and its standard error. */
function recallOf({ columns, data }) {
  const numItems = data.length / columns;
  const units = normalized(data, columns);
  const recalls = [];
  for (const [user, items] of wanted) {
    const seen = new Set(history.get(user));
    if (seen.size === 0) continue;
    const mean = new Float32Array(columns);
    for (const item of seen) {
      for (let c = 0; c < columns; c++) mean[c] += data[item * columns + c];
    }
    const scores = new Float32Array(numItems).fill(-Infinity);
    for (let item = 0; item < numItems; item++) {
      if (seen.has(item)) continue;
      let score = 0;
      for (let c = 0; c < columns; c++) score += mean[c] * units[item * columns + c];
      scores[item] = score;
    }
    const least = scores.slice().sort().at(-k);
    recalls.push(items.filter((item) => scores[item] >= least).length / items.length);
  }
  const mean = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
  const variance = recalls.reduce((sum, value) => sum + (value - mean) ** 2, 0) / recalls.length;
  return [mean, Math.sqrt(variance / recalls.length)];
}

function itemsOf({ users, items }) {
  const lists = new Map();
  users.forEach((user, at) => {
    if (!lists.has(user)) lists.set(user, []);
    lists.get(user).push(items[at]);
  });
  return lists;
}

/** Rows of length 1; zeros stay. */
function normalized(data, columns) {
  const out = data.slice();
  for (let start = 0; start < out.length; start += columns) {
    const row = out.subarray(start, start + columns);
    const length = Math.hypot(...row);
    if (length > 0) row.forEach((value, c) => (row[c] = value / length));
  }
  return out;
}
