import { ShapeError, UsageError } from '@bnrnn/core';
import {
  expectClose,
  filled,
  oracle,
  put,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import { dispose, type Tensor1D, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle, gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { batchNormalize, type BatchNormalizeOptions } from './batchNormalize';

const [time, batch, features] = [7, 5, 6];
// Steps 5 and 6 have one real row, so `frame` needs what is stored for them.
const lengths = [7, 3, 5, 2, 4];
const even = [7, 3, 7, 2, 4];
const inputs = {
  x: filled([time, batch, features], 31, -2, 3),
  gain: filled([features], 32, 0.5, 1.5),
  shift: filled([features], 33),
};
const stored = {
  mean: filled([time, features], 34),
  variance: filled([time, features], 35, 0.5, 2),
};

interface Fixed {
  over: 'frame' | 'sequence';
  epsilonRule: 'variance' | 'double';
  lengths?: number[];
  stored?: { mean: Array64; variance: Array64 };
}

const cases: [string, Fixed][] = [
  ['frame', { over: 'frame', epsilonRule: 'variance' }],
  ['sequence', { over: 'sequence', epsilonRule: 'double' }],
  ['frame, double epsilon', { over: 'frame', epsilonRule: 'double' }],
  ['sequence, padded', { over: 'sequence', epsilonRule: 'variance', lengths }],
  ['frame, padded', { over: 'frame', epsilonRule: 'double', lengths: even }],
  ['frame, padded and stored', { over: 'frame', epsilonRule: 'variance', lengths, stored }],
];

const epsilon = 1e-2; // large enough that a misplaced one fails

function toOptions(fixed: Fixed): Omit<BatchNormalizeOptions, 'x' | 'gain'> {
  const { over, epsilonRule, stored: other } = fixed;
  return {
    over,
    epsilon,
    epsilonRule,
    lengths: fixed.lengths,
    stored: other && { mean: toTensor2D(other.mean), variance: toTensor2D(other.variance) },
  };
}

function free(options: Omit<BatchNormalizeOptions, 'x' | 'gain'>): void {
  dispose([options.stored?.mean, options.stored?.variance].filter((t) => t != null));
}

describe.each(testBackends())('batchNormalize on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(cases)('%s agrees with the oracle', (label, fixed) => {
    const options = toOptions(fixed);
    compareWithOracle({
      label,
      inputs,
      op: ({ x, gain, shift }) => {
        const { y, mean, variance } = batchNormalize({
          x: x as Tensor3D,
          gain: gain as Tensor1D,
          shift: shift as Tensor1D,
          ...options,
        });
        dispose([mean, variance]);
        return [y];
      },
      oracle: (arrays) => [oracle.batchNormalize({ ...arrays, ...fixed, epsilon }).y],
    });
    const given = { x: toTensor3D(inputs.x), gain: toTensor1D(inputs.gain) };
    const actual = batchNormalize({ ...given, ...options });
    const expected = oracle.batchNormalize({ ...inputs, shift: undefined, ...fixed, epsilon });
    for (const name of ['y', 'mean', 'variance'] as const) {
      expectClose(actual[name], expected[name], { label: `${label}, ${name}` });
      actual[name].dispose();
    }
    dispose(given);
    free(options);
  });

  test.each(cases.slice(3))('%s: what padding holds changes nothing', (_, fixed) => {
    const options = toOptions(fixed);
    const gain = toTensor1D(inputs.gain);
    const shift = toTensor1D(inputs.shift);
    const run = (x: Tensor3D) => {
      const result = batchNormalize({ x, gain, shift, ...options });
      const gradients = gradientsOf(
        (moved, g, s) => [
          batchNormalize({
            x: moved as Tensor3D,
            gain: g as Tensor1D,
            shift: s as Tensor1D,
            ...options,
          }).y,
        ],
        [x, gain, shift],
      );
      return [result.y, result.mean, result.variance, ...gradients];
    };
    const dirty = structuredClone(inputs.x);
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++) {
        const padded = oracle.isPadded(fixed.lengths, t, b);
        for (let f = 0; f < features; f++) {
          if (padded) put(dirty, [NaN, Infinity, 1e30][f % 3] as number, t, b, f);
        }
      }
    }
    const clean = run(toTensor3D(inputs.x));
    run(toTensor3D(dirty)).forEach((tensor, i) => {
      expect(tensor.dataSync()).toEqual(clean[i]?.dataSync());
    });
  });

  test('refuses a step with one row and nothing stored for it', () => {
    const given = { x: toTensor3D(inputs.x), gain: toTensor1D(inputs.gain) };
    const options = toOptions({ over: 'frame', epsilonRule: 'variance', lengths });
    expect(() => batchNormalize({ ...given, ...options })).toThrow(UsageError);
    expect(() => batchNormalize({ ...given, ...options })).toThrow('step 5 has 1 real row(s)');
  });

  test('refuses another number of features', () => {
    const given = { x: toTensor3D(inputs.x), gain: toTensor1D(filled([features + 1], 1)) };
    const options = toOptions({ over: 'frame', epsilonRule: 'variance' });
    expect(() => batchNormalize({ ...given, ...options })).toThrow(ShapeError);
  });
});
