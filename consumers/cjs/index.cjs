// A CommonJS project: the packages are ES modules, which `require` loads from Node.js 20.19 on.
const assert = require('node:assert/strict');
const { createRng } = require('@mmrec/core');
const { infoNceLoss } = require('@mmrec/losses');
const { recallAtK } = require('@mmrec/metrics');
const { useBackend, xavierUniform } = require('@mmrec/ops');
const { fitOptions } = require('@mmrec/train');
const tf = require('@tensorflow/tfjs-core');

async function main() {
  const { name } = await useBackend('wasm');
  assert.equal(tf.getBackend(), name, 'the packages and the application share an engine');

  const views = xavierUniform({ rows: 4, columns: 3, rng: createRng(1) });
  const { value, grads } = tf.variableGrads(() => tf.mean(infoNceLoss(views, views)));
  assert.ok(value.dataSync()[0] > 0);
  assert.equal(Object.keys(grads).length, 1);

  assert.equal(recallAtK([4, 7, 1, 9], [7, 2], 2), 0.5);
  assert.equal(fitOptions.defaults.batchSize, 2048);
  console.log('ok');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
