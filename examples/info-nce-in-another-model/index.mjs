// InfoNCE of @mmrec/losses in a TensorFlow.js model that has nothing to do with recommendation: two
// towers that learn to match descriptions with pictures.
//   node index.mjs
import { infoNceLoss } from '@mmrec/losses';
import tf from '@tensorflow/tfjs';

await tf.setBackend('cpu');
tf.enableProdMode(); // no advertisement for the native back end

// 200 things, seen as pictures (16 numbers) and as descriptions (12), both made from 4 hidden numbers.
const hidden = tf.randomNormal([200, 4], 0, 1, 'float32', 1);
const pictures = tf.tanh(tf.matMul(hidden, tf.randomNormal([4, 16], 0, 1, 'float32', 2)));
const descriptions = tf.tanh(tf.matMul(hidden, tf.randomNormal([4, 12], 0, 1, 'float32', 3)));

const tower = (inputSize, seed) =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [inputSize],
        units: 24,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed }),
      }),
      tf.layers.dense({
        units: 8,
        kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 1 }),
      }),
    ],
  });
const [pictureTower, textTower] = [tower(16, 4), tower(12, 6)];

/** Share of descriptions whose own picture is the nearest of all. */
const accuracy = () =>
  tf.tidy(() => {
    const normalize = (x) => tf.div(x, tf.norm(x, 2, 1, true));
    const [texts, images] = [textTower.apply(descriptions), pictureTower.apply(pictures)].map(
      normalize,
    );
    const nearest = tf.argMax(tf.matMul(texts, images, false, true), 1);
    return tf
      .mean(tf.cast(tf.equal(nearest, tf.range(0, 200, 1, 'int32')), 'float32'))
      .dataSync()[0];
  });

console.log(`before: ${(100 * accuracy()).toFixed(0)} % of descriptions find their picture`);
const optimizer = tf.train.adam(0.01);
for (let step = 0; step < 150; step++) {
  optimizer.minimize(() =>
    tf.mean(
      infoNceLoss(textTower.apply(descriptions), pictureTower.apply(pictures), {
        temperature: 0.1,
      }),
    ),
  );
}
console.log(`after:  ${(100 * accuracy()).toFixed(0)} % of descriptions find their picture`);
