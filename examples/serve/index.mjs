// A trained model behind HTTP: trains BM3 on a small made-up shop, starts the server on loopback, and
// asks it for a known user, for a new one, for similar items, and why. Then it stops.
//   node index.mjs
import { existsSync } from 'node:fs';
import { main } from '@mmrec/cli';
import { createServer, serveRun } from '@mmrec/serve';

// 1. A run folder, as `mmrec train` writes it; kept in runs/ of the folder from which this is run.
if (!existsSync('runs/served-shop')) {
  await mmrec('data synth --out runs/served-shop --users 400 --items 200');
}
if (!existsSync('runs/served-bm3')) {
  const options = '--epochs 20 --set embeddingSize=32 --set learningRate=0.01 --set batchSize=512';
  await mmrec(`train bm3 --data runs/served-shop --out runs/served-bm3 ${options}`);
}

// 2. The server. On the command line: mmrec serve runs/served-bm3 --port 3000
const run = await serveRun('runs/served-bm3');
const server = await createServer(run);
const address = await server.listen({ port: 0, host: '127.0.0.1' });
try {
  // 3. A user of the run.
  const user = '17';
  const known = await ask(`/v1/users/${user}/recommendations?k=3`);
  print(`user ${user}, ${known.method}`, known.items);

  // 4. Somebody new, known by a handful of items: no training.
  const history = ['3', '14', '15'];
  const added = await ask('/v1/recommend', { history, k: 3 });
  print(`a new user with items ${history.join(', ')}, ${added.method}`, added.items);

  // 5. Items like one, and why the first one is recommended.
  const [{ item, title }] = known.items;
  const { items: similar } = await ask(`/v1/items/${item}/similar?k=3`);
  print(`like ${title}`, similar);
  const { byHistory } = await ask('/v1/explain', { user, item });
  print(
    `why ${title}`,
    byHistory.items.slice(0, 2).map((one) => ({ ...one, score: one.contribution })),
  );

  // 6. What can't be answered says so.
  const { error } = await ask('/v1/users/nobody/recommendations');
  console.log(`nobody: ${error.message}`);
} finally {
  await server.close();
  run.dispose();
}

/** Asks the server: a GET request, or with a body a POST of JSON. */
async function ask(path, body) {
  const headers = { 'content-type': 'application/json' };
  const post = body && { method: 'POST', headers, body: JSON.stringify(body) };
  return (await fetch(`${address}${path}`, post)).json();
}

function print(heading, items) {
  console.log(`${heading}:`);
  for (const { item, title, score } of items) {
    console.log(`  ${item.padStart(3)}  ${score.toFixed(3)}  ${title}`);
  }
}

/** The `mmrec` command, here within this process. */
async function mmrec(line) {
  const code = await main(line.split(' '));
  if (code !== 0) process.exit(code);
}
