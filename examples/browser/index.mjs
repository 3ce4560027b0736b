// A page that recommends with no server behind it: trains a model, writes it as one file, bundles the page, and
// hands both out as static files.
//   node index.mjs [--port 8080] [--out site] [--build-only]
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { synthesize } from '@mmrec/cli';
import { createRng } from '@mmrec/core';
import { createLightGcn } from '@mmrec/lightgcn';
import { useBackend } from '@mmrec/ops';
import { createServingModel, writeServingFile } from '@mmrec/serve';
import { fit } from '@mmrec/train';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    out: { type: 'string', default: 'site' },
    'build-only': { type: 'boolean', default: false },
  },
});
const site = resolve(values.out);
const here = dirname(fileURLToPath(import.meta.url));
await mkdir(site, { recursive: true });

// 1. A model of a made-up homeware shop.
await useBackend();
const rng = createRng(1);
const { interactions: train, items } = synthesize({ seed: 1, numUsers: 1000, numItems: 400 });
const model = createLightGcn({ interactions: train, features: {}, rng }, { embeddingSize: 32 });
await fit(model, { train, rng, options: { epochs: 40, batchSize: 512, learningRate: 0.01 } });

// 2. One file with all that answers need; no users: they stay in the shop, and visitors come with a history.
const serving = createServingModel({
  model: 'lightgcn',
  embeddings: model.embed(),
  train,
  items: items.map(({ id }) => String(id)),
  details: items.map(({ title }) => ({ title })),
});
await writeServingFile(join(site, 'shop.serving'), serving, { users: 'none' });

// 3. The page: its program as one bundle, TensorFlow.js's WebAssembly beside it.
await build({
  entryPoints: [join(here, 'page.js')],
  bundle: true,
  format: 'esm',
  minify: true,
  outfile: join(site, 'page.js'),
  logLevel: 'error',
});
await copyFile(join(here, 'index.html'), join(site, 'index.html'));
const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
for (const file of await readdir(wasm))
  if (file.endsWith('.wasm')) await copyFile(join(wasm, file), join(site, file));
console.log(`${site}: ${(await readdir(site)).sort().join(', ')}`);

// 4. Any web server will do; this one is for trying it.
const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
if (!values['build-only']) {
  const names = new Set(await readdir(site));
  createServer(async ({ url }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    if (!names.has(name)) return response.writeHead(404).end();
    const type = types[extname(name)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type }).end(await readFile(join(site, name)));
  }).listen(Number(values.port), '127.0.0.1', function () {
    console.log(`http://127.0.0.1:${this.address().port}`);
  });
}
