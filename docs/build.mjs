// Builds the site into docs/.vitepress/dist, or serves it while pages are written:
//   node docs/build.mjs [--dev] [--out <dir>]
// The API reference is made of the sources' comments first, into docs/api (not committed).
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vitepress';
import { writeApiPages } from './write-api-pages.mjs';

const { values } = parseArgs({
  options: { dev: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const root = fileURLToPath(new URL('.', import.meta.url));

await writeApiPages();
if (values.dev) {
  const server = await createServer(root);
  await server.listen();
  server.printUrls();
} else {
  await build(root, values.out === undefined ? {} : { outDir: values.out });
}
