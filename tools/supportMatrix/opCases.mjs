import tf from '@tensorflow/tfjs-core';
import { batchNorm } from '@bnrnn/normalization';
import * as ops from '@bnrnn/tensor-backend';

const [time, batch, units, classes] = [3, 4, 5, 7];
const rows = time * batch;
const filled = (...shape) => tf.randomNormal(shape, 0, 0.5, 'float32', 7);
const ids = Array.from({ length: rows }, (_, i) => (i * 3) % classes);
const rate = { learningRate: 0.1 };
const list = () => [tf.variable(filled(3, units))];

/** One small call of each op that has a contract; those with a gradient take `inputs` apart. */
export const opCases = [
  {
    op: 'lstmScan',
    inputs: () => [filled(time, batch, 4 * units), filled(units, 4 * units), filled(batch, units)],
    run: (projected, recurrent, hidden0) =>
      ops.lstmScan({ projected, recurrent, hidden0, cell0: hidden0 }).hidden,
  },
  {
    op: 'lstmScanPair',
    inputs: () => [filled(time, batch, 4 * units), filled(units, 4 * units), filled(batch, units)],
    run(projected, recurrent, hidden0) {
      const scan = { projected, recurrent, hidden0, cell0: hidden0 };
      const { forward, backward } = ops.lstmScanPair({ forward: scan, backward: scan });
      return tf.concat([forward.hidden, backward.hidden], 2);
    },
  },
  {
    op: 'rnnScan',
    inputs: () => [filled(time, batch, units), filled(units, units), filled(batch, units)],
    run: (projected, recurrent, hidden0) =>
      ops.rnnScan({ projected, recurrent, hidden0, activation: 'tanh' }).hidden,
  },
  {
    op: 'gruScan',
    inputs: () => [filled(time, batch, 3 * units), filled(units, 3 * units), filled(batch, units)],
    run: (projected, recurrent, hidden0) => ops.gruScan({ projected, recurrent, hidden0 }).hidden,
  },
  ...['frame', 'sequence'].map((over) => ({
    op: 'batchNormalize',
    inputs: () => [filled(time, batch, units), filled(units)],
    run: (x, gain) =>
      ops.batchNormalize({ x, gain, over, epsilon: 0.01, epsilonRule: 'variance' }).y,
  })),
  {
    op: 'batchNormalizeOverRanks',
    inputs: () => [filled(time, batch, units), filled(units)],
    run(x, gain) {
      const statistics = { mean: tf.zeros([1, units]), variance: tf.ones([1, units]) };
      // The other rank has the same rows.
      const sum = (values) => values.forEach((value, i) => (values[i] = 2 * value));
      const options = { mode: 'batch', collective: { size: 2, sum } };
      return batchNorm({ over: 'frame' }).apply(x, { gain }, statistics, options).y;
    },
  },
  {
    op: 'standardizeStored',
    inputs: () => [filled(time, batch, units), filled(units)],
    run(x, gain) {
      const [mean, variance] = [filled(time, units), tf.ones([time, units])];
      const rule = { epsilon: 0.01, epsilonRule: 'variance' };
      return ops.standardizeStored({ x, gain, mean, variance, ...rule });
    },
  },
  {
    op: 'moments',
    inputs: () => [filled(time, batch, units)],
    run: (x) => ops.moments({ x, over: 'frame' }).variance,
  },
  {
    op: 'standardize',
    inputs: () => [filled(time, batch, units), filled(units), filled(time, units)],
    run(x, gain, mean) {
      const rule = { epsilon: 0.01, epsilonRule: 'variance' };
      return ops.standardize({ x, gain, mean, variance: tf.ones([time, units]), ...rule });
    },
  },
  {
    op: 'layerNormalize',
    inputs: () => [filled(time, batch, units), filled(units)],
    run: (x, gain) => ops.layerNormalize({ x, gain, groups: 1, epsilon: 0.01 }),
  },
  {
    op: 'groupMoments',
    inputs: () => [filled(time, batch, units)],
    run: (x) => ops.groupMoments({ x, over: 'frame', groupSize: units }).covariance,
  },
  {
    op: 'whiteningMatrix',
    inputs: () => [tf.reshape(tf.mul(tf.eye(units), 0.5), [1, 1, units, units])],
    run: (covariance) =>
      ops.whiteningMatrix({ covariance, method: 'cholesky', iterations: 1, epsilon: 0.01 }),
  },
  {
    op: 'whitenGroups',
    inputs: () => [filled(time, batch, units), filled(1, units), filled(1, 1, units, units)],
    run: (x, mean, matrix) => ops.whitenGroups({ x, mean, matrix, gain: filled(units) }),
  },
  {
    op: 'projectedCrossEntropy',
    inputs: () => [filled(rows, units), filled(units, classes), filled(classes)],
    run: (hidden, weights, bias) =>
      ops.projectedCrossEntropy({ hidden, weights, bias, labels: ids }),
  },
  {
    op: 'embedding',
    inputs: () => [filled(classes, units)],
    run: (table) => ops.embedding({ table, ids }),
  },
  {
    op: 'dropout',
    inputs: () => [filled(rows, units)],
    run: (x) => ops.dropout({ x, rate: 0.5, key: [3, 9], step: 4 }),
  },
  { op: 'globalNorm', step: () => ops.globalNorm([filled(3, units)]) },
  {
    op: 'clipFactor',
    step: () => ops.clipFactor({ loss: tf.scalar(2), norm: tf.scalar(3), maxNorm: 1 }),
  },
  {
    op: 'runningAverage',
    step: () =>
      ops.runningAverage({
        old: filled(2, units),
        values: filled(time, units),
        weights: [1, 2, 3],
        decay: 0.9,
      }),
  },
  {
    op: 'sgdStep',
    step: () => ops.sgdStep({ variables: list(), gradients: list(), ...rate }),
  },
  {
    op: 'momentumStep',
    step: () =>
      ops.momentumStep({
        variables: list(),
        gradients: list(),
        velocities: list(),
        momentum: 0.9,
        ...rate,
      }),
  },
  {
    op: 'adamStep',
    step: () =>
      ops.adamStep({
        variables: list(),
        gradients: list(),
        firstMoments: list(),
        secondMoments: list(),
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        step: 1,
        ...rate,
      }),
  },
];
