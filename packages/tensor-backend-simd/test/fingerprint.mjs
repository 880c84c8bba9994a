/**
 * Three training steps of a small model of all kinds of layers on `simd`, in a process of its own from the built packages:
 * prints the losses and the weights as JSON. Argument: the number of threads.
 */
import * as ops from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import * as tf from '@tensorflow/tfjs-core';

const [time, batch, units, classes] = [5, 7, 37, 211];
const info = await ops.startBackend(simdBackend, { threads: Number(process.argv[2]) });

/** Distinct numbers in [-0.3, 0.3). */
let state = 12_345;
function values(shape) {
  const size = shape.reduce((product, n) => product * n, 1);
  const data = Float32Array.from({ length: size }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * 0.6 - 0.3;
  });
  return tf.tensor(data, shape);
}
const ids = (seed) => Int32Array.from({ length: time * batch }, (_, i) => (i * seed) % classes);

const variables = Object.fromEntries(
  Object.entries({
    table: [classes, units],
    input: [units, 4 * units],
    gain: [4 * units],
    shift: [4 * units],
    recurrent: [units, 4 * units],
    forward: [units, 4 * units],
    backward: [units, 4 * units],
    weights: [units, classes],
    bias: [classes],
  }).map(([name, shape]) => [name, tf.variable(values(shape))]),
);
const list = Object.values(variables);
const velocities = list.map(({ shape }) => tf.variable(tf.zeros(shape)));
const [inputs, labels] = [ids(5), ids(11)];
const hidden0 = tf.zeros([batch, units]);

function loss() {
  const { table, input, gain, shift, recurrent, forward, backward, weights, bias } = variables;
  const rows = ops.embedding({ table, ids: inputs });
  const kept = ops.dropout({ x: rows, rate: 0.25, key: [7, 8], step: 3 });
  const x = tf.reshape(ops.product(kept, input), [time, batch, 4 * units]);
  const { y: projected } = ops.batchNormalize({
    ...{ x, gain, shift, over: 'frame', epsilon: 1e-3, epsilonRule: 'variance' },
  });
  const { hidden } = ops.lstmScan({ projected, recurrent, hidden0, cell0: hidden0 });
  const again = tf.reshape(ops.product(tf.reshape(hidden, [time * batch, units]), input), x.shape);
  const direction = (weights) => ({
    ...{ projected: again, recurrent: weights, hidden0, cell0: hidden0 },
  });
  const both = ops.lstmScanPair({ forward: direction(forward), backward: direction(backward) });
  const flat = tf.reshape(tf.add(both.forward.hidden, both.backward.hidden), [time * batch, units]);
  return tf.sum(ops.projectedCrossEntropy({ hidden: flat, weights, bias, labels }));
}

const losses = [];
for (let step = 0; step < 3; step++) {
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, list);
    const gradients = list.map(({ name }) => grads[name]);
    const clip = ops.clipFactor({ loss: value, norm: ops.globalNorm(gradients), maxNorm: 1 });
    const options = { learningRate: 0.1, momentum: 0.9, clip };
    ops.momentumStep({ variables: list, gradients, velocities, ...options });
    losses.push(value.dataSync()[0]);
  });
}
const weights = list.flatMap((variable) => [...variable.dataSync()]);
process.stdout.write(JSON.stringify({ threads: info.threads, losses, weights }));
