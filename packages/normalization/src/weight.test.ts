import { startBackend } from '@bnrnn/tensor-backend';
import {
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  map64,
  oracle,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { grads, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { weight } from './weight';

const [inputs, features] = [7, 12];
const v = filled([inputs, features], 21, -2, 3);
const gain = filled([features], 22, 0.5, 1.5);

const reference = (moved: { v: Array64; gain: Array64 }): Array64 =>
  oracle.normalizeWeights(moved.v, moved.gain);

describe.each(testBackends())('weight on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it('gives the float64 weights and gradient', () => {
    const run = (values: Tensor, gains: Tensor): Tensor =>
      weight().mapWeights!(values as Tensor2D, { gain: gains }, {});
    const given = [toTensor2D(v), toTensor1D(gain)] as const;
    expectClose(run(...given), reference({ v, gain }));
    const expected = centralDifferences((moved) => weightedSum(reference(moved)), { v, gain });
    const [dV, dGain] = grads((a: Tensor, b: Tensor) => weightedSumOfTensors(run(a, b)))([
      ...given,
    ]);
    expectClose(dV!, expected.v, { rtol: 1e-4, label: 'v' });
    expectClose(dGain!, expected.gain, { rtol: 1e-4, label: 'gain' });
  });

  it('starts with the weights as they are, and does not hear their length', () => {
    const weights = toTensor2D(v);
    const { parameters } = weight().init(features, { shift: false, weights });
    expectClose(weight().mapWeights!(weights, parameters, {}), v, { rtol: 1e-6 });
    const longer = toTensor2D(map64(v, (value, i) => value * (1 + (i % features))));
    expectClose(weight().mapWeights!(longer, parameters, {}), v, { rtol: 1e-6 });
  });

  it('leaves what it returns, and activations as they are', () => {
    const weights = toTensor2D(v);
    const parameters = { gain: toTensor1D(gain) };
    expectNoLeak(() => weight().mapWeights!(weights, parameters, {}));
    expectNoLeak(() => weight().init(features, { shift: false, weights }).parameters);
    const x = filled([2, 3, features], 5);
    expectClose(weight().apply(toTensor3D(x), parameters, {}, { mode: 'batch' }).y, x, { rtol: 0 });
    expect(() => weight().mapWeights!(weights, {}, {})).toThrow(
      'weight.mapWeights: parameters.gain is missing, expected [features=12].',
    );
  });
});
