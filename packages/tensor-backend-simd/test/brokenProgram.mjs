/**
 * Programs of `simd` that fail on some of their threads while the others wait for them, in a process of its own
 * from the built packages: prints what is thrown and what the threads still compute afterwards, as JSON.
 */
import * as ops from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import * as tf from '@tensorflow/tfjs-core';

await ops.startBackend(simdBackend, { threads: 4, memoryMiB: 64 });
const { backend } = tf.engine();
const [rows, features] = [8, 16];
const own = (shape) => backend.allocate(shape);
const tensors = [own([rows, features]), own([features]), own([rows, features]), own([features])];
const [dy, gain, dx, dGain] = tensors.map((tensor) => backend.offset(tensor));
const partial = backend.offset(own([4, 2, features]));
const end = backend.view(tensors[0]).buffer.byteLength;

/** What a gradient throws whose x begins at this byte. */
function thrownAt(x) {
  try {
    backend.pool.run('layerNormalizeGradient', {
      ...{ rows, batch: 1, features, groups: 1, epsilon: 1e-5 },
      ...{ x, dy, gain, lengths: 0, dx, dGain, dShift: 0, partial },
    });
    return 'nothing';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/** Mean 0 and variance 1 within each row. */
function stillComputes() {
  return tf.tidy(() => {
    const x = tf.tensor2d([0, 2, 4, 4, 2, 0, 5, 5, 9, 9, 7, 7], [4, 3]);
    const product = tf.matMul(x, x, true).dataSync();
    const given = { x, gain: tf.ones([3]), groups: 1, epsilon: 0 };
    const y = ops.layerNormalize(given).dataSync();
    return [...product, Number(y[0]?.toFixed(4)), Number(y[11]?.toFixed(4))];
  });
}

const rowBytes = features * 4;
const results = [
  // The last threads' rows lie behind the memory's end, then the first thread's before its begin.
  ['workers', thrownAt(end - (rows / 2) * rowBytes), stillComputes()],
  ['caller', thrownAt(-2 * rowBytes), stillComputes()],
  ['all', thrownAt(end), stillComputes()],
  ['none', thrownAt(end - rows * rowBytes), stillComputes()],
];
process.stdout.write(JSON.stringify(results));
process.exit(0);
