import { isBuiltin } from 'node:module';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Measures a package's own code: all of it, minified and gzipped, without its dependencies.
 *
 * @param {string} entry - Its built entry file.
 * @returns {Promise<{ gzip: number, imports: string[] }>} Bytes, and the packages that it imports, Node's own left out.
 */
export async function measureCode(entry) {
  const { gzip, metafile } = await bundle({ entryPoints: [entry], packages: 'external' });
  const [output] = Object.values(metafile.outputs);
  const imports = output.imports.map(({ path }) => path).filter((path) => !isBuiltin(path));
  return { gzip, imports: [...new Set(imports)] };
}

/**
 * Measures what an application pays for one import: the code that it reaches, with its dependencies but
 * without TensorFlow.js, minified and gzipped.
 *
 * @param {string} code - Such as `export { bprLoss } from '@mmrec/losses'`.
 * @param {string} folder - Folder in which packages are looked for.
 * @returns {Promise<number>} Bytes.
 */
export async function measureImport(code, folder) {
  const { gzip } = await bundle({
    stdin: { contents: code, resolveDir: folder },
    external: ['@tensorflow/*', 'node:*'],
  });
  return gzip;
}

async function bundle(options) {
  const { outputFiles, metafile } = await build({
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  return { gzip: gzipSync(outputFiles[0].contents, { level: 9 }).length, metafile };
}
