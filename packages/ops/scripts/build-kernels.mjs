// Compiles assembly/ to WebAssembly and writes it as a TypeScript module, so that the package needs no
// file beside its code, in Node and in browsers.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
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
  ],
  { writeFile: (name, contents) => void files.set(name, contents) },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}
const base64 = Buffer.from(files.get('kernels.wasm')).toString('base64');
writeFileSync(
  new URL('../src/kernels.generated.ts', import.meta.url),
  `/** The compiled kernels of assembly/, in base64. Made by scripts/build-kernels.mjs. */\nexport const kernelsBase64 =\n  '${base64}';\n`,
);
console.log(`kernels.wasm: ${files.get('kernels.wasm').length} bytes`);
