import { defineConfig } from 'tsup';

/** How every package is built: one ES module with its types. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  // The quickstart runs JavaScript only, and the types take most of a build's time.
  dts: process.env['MMREC_SKIP_TYPES'] !== '1',
  sourcemap: true,
  clean: true,
  // Optional dependencies are bundled unless they are named here.
  external: ['sharp', 'bullmq', 'ioredis', '@duckdb/node-api', 'pg'],
});
