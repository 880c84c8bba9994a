import * as ops from '@bnrnn/tensor-backend';
import {
  filled,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import {
  eye,
  grads,
  ones,
  reshape,
  tidy,
  variable,
  type Rank,
  type Tensor,
  type Tensor4D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const [time, batch, units, classes] = [3, 4, 5, 7];
const rows = time * batch;
let seed = 1;
const vector = (n: number) => toTensor1D(filled([n], seed++));
const matrix = (n: number, m: number) => toTensor2D(filled([n, m], seed++));
const cube = (features: number) => toTensor3D(filled([time, batch, features], seed++));

const positive = () => filled([time, units], seed++, 0.5, 1.5);

interface Case {
  op: string;
  /** The function, where its name is another one. */
  name?: string;
  inputs: () => Tensor[];
  run: (...inputs: never[]) => Tensor[];
}

const outputsOf = (result: object) => Object.values(result) as Tensor[];

const cases: Case[] = [
  {
    op: 'scan',
    name: 'lstmScan',
    inputs: () => [cube(4 * units), matrix(units, 4 * units), matrix(batch, units)],
    run: (projected, recurrent, hidden0) =>
      outputsOf(ops.lstmScan({ projected, recurrent, hidden0, cell0: hidden0 })),
  },
  {
    op: 'lstmScanPair',
    inputs: () => [cube(4 * units), matrix(units, 4 * units), matrix(batch, units)],
    run: (projected, recurrent, hidden0) => {
      const scan = { projected, recurrent, hidden0, cell0: hidden0 };
      const { forward, backward } = ops.lstmScanPair({ forward: scan, backward: scan });
      return [...outputsOf(forward), ...outputsOf(backward)];
    },
  },
  {
    op: 'scan',
    name: 'rnnScan',
    inputs: () => [cube(units), matrix(units, units), matrix(batch, units)],
    run: (projected, recurrent, hidden0) =>
      outputsOf(ops.rnnScan({ projected, recurrent, hidden0, activation: 'tanh' })),
  },
  {
    op: 'scan',
    name: 'gruScan',
    inputs: () => [cube(3 * units), matrix(units, 3 * units), matrix(batch, units)],
    run: (projected, recurrent, hidden0) =>
      outputsOf(ops.gruScan({ projected, recurrent, hidden0 })),
  },
  ...(['frame', 'sequence'] as const).map((over) => ({
    op: 'batchNormalize',
    inputs: () => [cube(units), vector(units)],
    run: (x: never, gain: never) => [
      ops.batchNormalize({ x, gain, over, epsilon: 0.01, epsilonRule: 'variance' }).y,
    ],
  })),
  {
    op: 'batchNormalizeOverRanks',
    inputs: () => [cube(units), vector(units)],
    run: (x, gain) => [
      ops.runOp(
        ops.batchNormalizeOverRanksOp,
        { x, gain },
        {
          ...{ over: 'sequence', epsilon: 0.01, epsilonRule: 'variance', lengths: undefined },
          ranks: { sum: (values) => values.forEach((value, i) => (values[i] = 2 * value)) },
        },
      ).y,
    ],
  },
  {
    op: 'standardizeStored',
    inputs: () => [cube(units), vector(units)],
    run: (x, gain) => {
      const [mean, variance] = [matrix(time, units), ones<Rank.R2>([time, units])];
      return [
        ops.standardizeStored({ x, gain, mean, variance, epsilon: 0.01, epsilonRule: 'variance' }),
      ];
    },
  },
  {
    op: 'layerNormalize',
    inputs: () => [cube(units), vector(units)],
    run: (x, gain) => [ops.layerNormalize({ x, gain, groups: 1, epsilon: 0.01 })],
  },
  {
    op: 'moments',
    inputs: () => [cube(units)],
    run: (x) => outputsOf(ops.moments({ x, over: 'frame' })),
  },
  {
    op: 'standardize',
    inputs: () => [cube(units), vector(units), matrix(time, units), toTensor2D(positive())],
    run: (x, gain, mean, variance) => [
      ops.standardize({ x, gain, mean, variance, epsilon: 0.01, epsilonRule: 'variance' }),
    ],
  },
  {
    op: 'groupMoments',
    inputs: () => [cube(units)],
    run: (x) => [ops.groupMoments({ x, over: 'frame', groupSize: units }).covariance],
  },
  ...(['iterative', 'cholesky', 'zca'] as const).map((method) => ({
    op: 'whiteningMatrix',
    inputs: () => [reshape<Rank.R4>(eye(units), [1, 1, units, units])],
    run: (covariance: never) => [
      ops.whiteningMatrix({ covariance, method, iterations: 2, epsilon: 0.01 }),
    ],
  })),
  {
    op: 'whitenGroups',
    inputs: () => [cube(units), vector(units), matrix(units, units)],
    run: (x, gain, square) => {
      const each: Tensor4D = reshape(square, [1, 1, units, units]);
      return [ops.whitenGroups({ x, gain, mean: matrix(1, units), matrix: each })];
    },
  },
  {
    op: 'projectedCrossEntropy',
    inputs: () => [matrix(rows, units), matrix(units, classes), vector(classes)],
    run: (hidden, weights, bias) => [ops.projectedCrossEntropy({ hidden, weights, bias, labels })],
  },
  {
    op: 'embedding',
    inputs: () => [matrix(classes, units)],
    run: (table) => [ops.embedding({ table, ids: labels })],
  },
  {
    op: 'dropout',
    inputs: () => [matrix(rows, units)],
    run: (x) => [ops.dropout({ x, rate: 0.5, key: [3, 9], step: 4 })],
  },
];

const labels = Array.from({ length: rows }, (_, i) => (i * 3) % classes);

describe('with fallbacks forbidden, kernels run', () => {
  beforeAll(() => ops.startBackend('simd', { fallback: 'forbid' }));

  test.each(cases.map((one) => ({ name: one.op, ...one })))('$name', ({ op, inputs, run }) => {
    const log = ops.startKernelLog();
    tidy(() => {
      const given = inputs();
      const gradients = grads((...all: Tensor[]) =>
        weightedSumOfTensors(...run(...(all as never[]))),
      )(given);
      for (const gradient of gradients) {
        expect(gradient.dataSync().some((value) => value !== 0)).toBe(true);
      }
    });
    expect(log.stop()).toEqual([{ op, ran: 'kernel', count: 1 }]);
  });

  test('globalNorm, the optimizers’ steps and the average of statistics', () => {
    const log = ops.startKernelLog();
    const [variables, velocities, seconds] = [1, 2, 3].map(() => [variable(matrix(3, units))]) as [
      Variable[],
      Variable[],
      Variable[],
    ];
    const gradients = [matrix(3, units)];
    const norm = ops.globalNorm(gradients);
    const clip = ops.clipFactor({ loss: norm, norm, maxNorm: 0.1 });
    const rate = { learningRate: 0.1, clip };
    ops.sgdStep({ variables, gradients, ...rate });
    ops.momentumStep({ variables, gradients, velocities, momentum: 0.9, ...rate });
    ops.adamStep({
      variables,
      gradients,
      firstMoments: velocities,
      secondMoments: seconds,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      step: 1,
      ...rate,
    });
    const values = matrix(3, units);
    ops.runningAverage({ old: values, values, weights: [1, 0, 2], decay: 0.9 });
    expect(log.stop().map(({ op, ran }) => [op, ran])).toEqual(
      [
        ...['globalNorm', 'clipFactor', 'sgdStep', 'momentumStep', 'adamStep'],
        'runningAverage',
      ].map((op) => [op, 'kernel']),
    );
  });
});
