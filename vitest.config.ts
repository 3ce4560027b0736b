import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { doctestPlugin } from './scripts/doctest/plugin.mjs';

// Node gets these too, for `require` as well as for `import`: 'import' would have CommonJS packages load ES modules.
const conditions = ['@mmrec/source', 'node', 'module', 'default'];

export default defineConfig({
  plugins: [doctestPlugin(fileURLToPath(new URL('.', import.meta.url)))],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/scripts/**/*.test.mjs',
      'examples/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    globalSetup: 'scripts/native/vitest-setup.mjs',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
