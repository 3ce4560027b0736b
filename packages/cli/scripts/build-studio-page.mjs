// Bundles studio-page/ with its libraries and writes its script, worker and style as a TypeScript module, which the
// studio's server sends: the package needs no file beside its code.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { outputFiles, metafile } = await build({
  entryPoints: {
    studio: here('../studio-page/main.tsx'),
    worker: here('../studio-page/map/map-worker.ts'),
    style: here('../studio-page/style/studio.css'),
  },
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  outdir: 'unused',
  write: false,
  metafile: true,
  external: ['/icon.svg'],
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfigRaw: {},
});

/** The licences of the packages that an output holds, which their texts ask to be kept. */
function notice(name) {
  const [, output] = Object.entries(metafile.outputs).find(([path]) => path.endsWith(name));
  const folders = new Set(
    Object.keys(output.inputs).flatMap((path) => {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
      return folder ? [folder] : [];
    }),
  );
  const texts = [...folders].sort().map((folder) => {
    const root = new URL(`${folder}/`, `file://${process.cwd()}/`);
    const {
      name: title,
      version,
      license,
    } = JSON.parse(readFileSync(new URL('package.json', root)));
    const licence = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'License.txt']
      .map((file) => readIfThere(new URL(file, root)))
      .find((text) => text !== undefined);
    return `${title} ${version} (${license})\n${licence?.trim() ?? ''}`;
  });
  return texts.length === 0 ? '' : `/*! ${texts.join('\n\n').replaceAll('*/', '* /')}\n*/\n`;
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const text = (name) =>
  notice(name) + outputFiles.find(({ path }) => path.endsWith(name)).text.trim();
writeFileSync(
  here('../src/studio/studio-page.generated.ts'),
  `/** The scripts and the style of studio-page/. Made by scripts/build-studio-page.mjs. */
export const studioScript = ${JSON.stringify(text('studio.js'))};
export const studioWorker = ${JSON.stringify(text('worker.js'))};
export const studioStyle = ${JSON.stringify(text('style.css'))};
`,
);
