// Bundles plot-page/ with its chart library, and writes both as a TypeScript module, so that the package
// needs no file beside its code and the pages it writes need none either.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const library = createRequire(import.meta.url).resolve('uplot/package.json');
const licence = readFileSync(library.replace('package.json', 'LICENSE'), 'utf8').trim();
const { version } = JSON.parse(readFileSync(library, 'utf8'));
const { outputFiles } = await build({
  entryPoints: [here('../plot-page/main.ts'), here('../plot-page/page.css')],
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome100', 'firefox100', 'safari15.4'],
  outdir: 'unused',
  write: false,
  legalComments: 'none',
  tsconfigRaw: {},
});
const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
const notice = `/*! Charts: uPlot ${version}\n${licence}\n*/\n`;
writeFileSync(
  here('../src/plot/plot-page.generated.ts'),
  `/** The script and the style of plot-page/. Made by scripts/build-plot-page.mjs. */
export const plotScript = ${JSON.stringify(notice + text('.js').trim())};
export const plotStyle = ${JSON.stringify(text('.css').trim())};
`,
);
