import tseslint from 'typescript-eslint';
import mmrec from './scripts/eslint-rules.mjs';

const tests = ['**/*.test.ts', '**/*.bench.ts', 'packages/test-utils/**/*.ts', 'examples/**/*.ts'];

/** Rules for everything, typed or not. */
const common = {
  plugins: { mmrec, '@typescript-eslint': tseslint.plugin },
  rules: {
    'mmrec/file-case': 'error',
    'mmrec/seeded-randomness': 'error',
    'mmrec/tensors-from-tidy': 'error',
    complexity: ['error', 20],
    eqeqeq: 'error',
    'max-depth': ['error', 4],
    'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', 3],
    'no-console': 'error',
    'no-restricted-syntax': [
      'error',
      { selector: 'ExportDefaultDeclaration', message: 'Exports are named.' },
      { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
    ],
    'no-var': 'error',
    'object-shorthand': 'error',
    'prefer-const': ['error', { destructuring: 'all' }],
  },
};

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/fixtures/',
      '**/assembly/',
      '**/*.generated.ts',
      '**/*.d.ts',
      '.turbo/',
      '.quickstart/',
      'runs/',
      'docs/.vitepress/cache/',
      'docs/.vitepress/.temp/',
    ],
  },
  common,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `values[at]!` is how typed arrays are read under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `() => void work()` and `() => rows.push(x)` say what they mean.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
      // Objects here are records of closures: their methods don't use `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A type parameter on a return type names what a cast would have to say.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A cast names the type at a boundary even where inference would get there.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // TensorFlow.js back ends are found by name and cast.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // tfjs's own overloads mark what is current as deprecated.
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: tests,
    rules: {
      'mmrec/tensors-from-tidy': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Programs and configuration: they print, and tools ask for default exports.
    files: [
      '**/*.mjs',
      '**/*.js',
      '**/*.cjs',
      '*.config.ts',
      'examples/**',
      'consumers/**',
      '**/*.bench.ts',
    ],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off', 'max-lines-per-function': 'off' },
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
);
