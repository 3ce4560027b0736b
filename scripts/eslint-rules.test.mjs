import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import plugin from './eslint-rules.mjs';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester();

tester.run('file-case', plugin.rules['file-case'], {
  valid: ['bpr-loss.ts', 'bpr-loss.test.ts', 'index.ts', 'recall-at-20.ts'].map((filename) => ({
    code: '',
    filename,
  })),
  invalid: ['bprLoss.ts', 'BprLoss.ts', 'bpr_loss.ts', 'bpr--loss.ts'].map((filename) => ({
    code: '',
    filename,
    errors: [{ message: `File name '${filename}' must be kebab-case.` }],
  })),
});

tester.run('seeded-randomness', plugin.rules['seeded-randomness'], {
  valid: ['rng.random()', "Math['floor'](1)", 'stream.shuffle(rows)', 'const { random } = rng'],
  invalid: [
    ['Math.random()', 'Math.random'],
    ["const draw = Math['random'];", 'Math.random'],
    ['tf.util.shuffle(rows)', 'util.shuffle'],
    ['util.shuffleCombo(rows, labels)', 'util.shuffleCombo'],
  ].map(([code, name]) => ({
    code,
    errors: [{ message: `'${name}' can't be seeded: take an Rng and draw from it.` }],
  })),
});

tester.run('tensors-from-tidy', plugin.rules['tensors-from-tidy'], {
  valid: [
    'tidy(() => square(x))',
    'tidy(() => sum(x).dataSync()[0])',
    'tidy(() => { const y = square(x).dataSync(); use(y); })',
    'square(x).dataSync()',
    'valuesOf(() => square(x))',
  ],
  invalid: [
    'tidy(() => square(x).dataSync())',
    "tf.tidy('name', () => square(x).arraySync())",
    'tidy(() => { const y = square(x); return y.dataSync().slice(); })',
    'tidy(function () { return x.dataSync(); })',
  ].map((code) => ({
    code,
    errors: [
      {
        message:
          'tidy looks for tensors in every number of what it returns: take valuesOf of @mmrec/ops for numbers.',
      },
    ],
  })),
});
