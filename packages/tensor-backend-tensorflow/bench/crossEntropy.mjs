/**
 * TensorFlow's fused cross entropy against the reference on the same backend: one forward and backward pass
 * of a softmax layer, alternately, the best of ten. Needs the built packages and BNRNN_TFJS_NODE:
 * `node packages/tensor-backend-tensorflow/bench/crossEntropy.mjs`.
 */
import tf from '@tensorflow/tfjs-core';
import { projectedCrossEntropy, startBackend } from '@bnrnn/tensor-backend';
import { nodeBackend } from '../dist/index.js';

const { grads, randomNormal, sum, tensor1d } = tf;
await startBackend(nodeBackend);
const kernel = tf.getKernel('ProjectedCrossEntropy', 'tensorflow');

for (const [name, rows, units, classes] of [
  ['ptb-small', 400, 200, 10_000],
  ['ptb-medium', 700, 650, 10_000],
  ['wsj, one block', 2_000, 500, 3_546],
]) {
  const inputs = [
    randomNormal([rows, units], 0, 1, 'float32', 1),
    randomNormal([units, classes], 0, 0.1, 'float32', 2),
    randomNormal([classes], 0, 0.1, 'float32', 3),
  ];
  const labels = tensor1d(
    Array.from({ length: rows }, (_, i) => (i * 7919) % classes),
    'int32',
  );
  const step = () => {
    const start = performance.now();
    const results = grads((hidden, weights, bias) =>
      sum(projectedCrossEntropy({ hidden, weights, bias, labels })),
    )(inputs);
    for (const result of results) result.dataSync();
    const milliseconds = performance.now() - start;
    const value = results[2].dataSync()[5];
    for (const result of results) result.dispose();
    return { milliseconds, value };
  };
  const best = { kernel: Infinity, reference: Infinity };
  const values = {};
  for (let round = 0; round < 12; round++) {
    for (const way of ['kernel', 'reference']) {
      if (way === 'reference') tf.unregisterKernel('ProjectedCrossEntropy', 'tensorflow');
      const { milliseconds, value } = step();
      if (way === 'reference') tf.registerKernel(kernel);
      if (round >= 2) best[way] = Math.min(best[way], milliseconds);
      values[way] = value;
    }
  }
  const ratio = best.reference / best.kernel;
  console.log(
    `${name} [${rows}, ${units}] x [${units}, ${classes}]: kernel ${best.kernel.toFixed(1)} ms, reference ${best.reference.toFixed(1)} ms, ratio ${ratio.toFixed(2)}; d bias[5] ${values.kernel.toPrecision(6)} and ${values.reference.toPrecision(6)}`,
  );
  for (const input of inputs) input.dispose();
}
