import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  map64,
  oracle,
  testBackends,
  toTensor1D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { grads, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rms } from './rms';

const [time, batch, features] = [7, 3, 12];
const x = filled([time, batch, features], 11, -2, 3);
const gain = filled([features], 12, 0.5, 1.5);
const shift = filled([features], 13);
const lengths = [7, 2, 5];

const reference = (inputs: Record<'x' | 'gain' | 'shift', Array64>, groups: number): Array64 =>
  oracle.zeroPadding(
    oracle.layerNormalize({ ...inputs, groups, epsilon: 0.1, center: false }),
    lengths,
  );

describe.each(testBackends())('rms on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each([1, 4])('gives the float64 values and gradient with %i groups', (groups) => {
    const normalizer = rms({ groups, epsilon: 0.1 });
    const run = (xs: Tensor, gains: Tensor, shifts: Tensor): Tensor3D =>
      normalizer.apply(
        xs as Tensor3D,
        { gain: gains, shift: shifts },
        {},
        { mode: 'batch', lengths },
      ).y;
    const values = [toTensor3D(x), toTensor1D(gain), toTensor1D(shift)] as const;
    expectClose(run(...values), reference({ x, gain, shift }, groups));

    const expected = centralDifferences((moved) => weightedSum(reference(moved, groups)), {
      x,
      gain,
      shift,
    });
    const gradient = grads((a: Tensor, b: Tensor, c: Tensor) => weightedSumOfTensors(run(a, b, c)))(
      [...values],
    );
    expectClose(gradient[0]!, expected.x, { rtol: 1e-4, label: 'x' });
    expectClose(gradient[1]!, expected.gain, { rtol: 1e-4, label: 'gain' });
    expectClose(gradient[2]!, expected.shift, { rtol: 1e-4, label: 'shift' });
  });

  it('does not hear a factor of a row, and hears an offset', () => {
    const normalizer = rms({ epsilon: 1e-12 });
    const run = (xs: Array64) =>
      normalizer.apply(toTensor3D(xs), { gain: toTensor1D(gain) }, {}, { mode: 'stored' }).y;
    const plain = run(x);
    expectClose(run(map64(x, (value, i) => (1 + Math.floor(i / features)) * value)), plain, {
      rtol: 1e-5,
    });
    expect(() => expectClose(run(map64(x, (value) => value + 1)), plain)).toThrow();
  });

  it('leaves what it returns', () => {
    const normalizer = rms({ groups: 3 });
    const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
    const xs = toTensor3D(x);
    expectNoLeak(() => normalizer.apply(xs, parameters, {}, { mode: 'batch', lengths }));
    expectNoLeak(() => normalizer.apply(xs, { gain: parameters.gain }, {}, { mode: 'stored' }));
    expectNoLeak(() => normalizer.init(features, { shift: true }).parameters);
  });

  it('refuses groups that do not divide the features, and starts with its gain', () => {
    expect(() => rms({ groups: 5 }).init(12, { shift: true })).toThrow(
      'rms: groups is 5, expected a divisor of the 12 features.',
    );
    const { parameters, statistics } = rms({ gain: 0.25 }).init(2, { shift: true });
    expectClose(parameters['gain']!, array64([2], [0.25, 0.25]));
    expect(statistics).toEqual({});
  });
});
