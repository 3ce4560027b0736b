// Compiles assembly/ to WebAssembly and writes it as a TypeScript module, so that the package needs no
// file beside its code, in Node and in browsers. Twice: for a memory of one thread, and for a shared one.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

async function compile(flags) {
  const files = new Map();
  const { error, stderr } = await main(
    [
      'assembly/index.ts',
      '--outFile=kernels.wasm',
      '--enable=simd',
      '--runtime=stub',
      '--importMemory',
      '--noExportMemory',
      '--use=abort=',
      '-O3',
      '--converge',
      `--baseDir=${packageFolder}`,
      ...flags,
    ],
    { writeFile: (name, contents) => void files.set(name, contents) },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  return Buffer.from(files.get('kernels.wasm'));
}

const single = await compile([]);
// 65,536 pages are the 4 GiB that TensorFlow.js's own memory may grow to.
const shared = await compile(['--enable=threads', '--sharedMemory', '--maximumMemory=65536']);
writeFileSync(
  new URL('../src/kernels.generated.ts', import.meta.url),
  `/** The compiled kernels of assembly/, in base64. Made by scripts/build-kernels.mjs. */
export const kernelsBase64 = {
  single:
    '${single.toString('base64')}',
  shared:
    '${shared.toString('base64')}',
};
`,
);
console.log(`kernels.wasm: ${single.length} bytes, for shared memory ${shared.length} bytes`);
