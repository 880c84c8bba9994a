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
import { layerNorm } from './layerNorm';

const [time, batch, features] = [7, 3, 12];
const x = filled([time, batch, features], 11, -2, 3);
const gain = filled([features], 12, 0.5, 1.5);
const shift = filled([features], 13);
const lengths = [7, 2, 5];

/** The oracle's values, zero where padded. */
function reference(inputs: Record<string, Array64>, groups: number): Array64 {
  const y = oracle.layerNormalize({ ...inputs, groups, epsilon: 0.1 } as never);
  return map64(y, (value, i) => {
    const row = Math.floor(i / features);
    return oracle.isPadded(lengths, Math.floor(row / batch), row % batch) ? 0 : value;
  });
}

describe.each(testBackends())('layerNorm on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it.each([1, 4])('gives the float64 values and gradient with %i groups', (groups) => {
    const normalizer = layerNorm({ groups, epsilon: 0.1 });
    const run = (xs: Tensor, gains: Tensor, shifts: Tensor): Tensor3D =>
      normalizer.apply(
        xs as Tensor3D,
        { gain: gains, shift: shifts },
        {},
        {
          mode: 'batch',
          lengths,
        },
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

  it('steps as it applies, without shift, in both modes', () => {
    const normalizer = layerNorm({ groups: 3, epsilon: 0.1 });
    const parameters = { gain: toTensor1D(gain) };
    const expected = reference({ x, gain }, 3);
    for (const mode of ['batch', 'stored'] as const) {
      for (let step = 0; step < time; step++) {
        const { data } = oracle.stepOf(x, step);
        const xs = toTensor3D(array64([1, batch, features], data));
        const { y, measured } = normalizer.apply(
          xs,
          parameters,
          {},
          {
            mode,
            firstStep: step,
            lengths: lengths.map((length) => Number(step < length)),
          },
        );
        expectClose(y.dataSync(), oracle.stepOf(expected, step).data, {
          label: `step ${step}, ${mode}`,
          atol: 1e-6,
        });
        expect(measured).toBeUndefined();
      }
    }
  });

  it('leaves what it returns', () => {
    const normalizer = layerNorm({ groups: 3 });
    const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
    const xs = toTensor3D(x);
    expectNoLeak(() => normalizer.apply(xs, parameters, {}, { mode: 'batch', lengths }));
    expectNoLeak(() => normalizer.apply(xs, parameters, {}, { mode: 'stored' }));
    expectNoLeak(() => normalizer.init(features, { shift: true }).parameters);
  });

  it('has no statistics', () => {
    const { statistics, parameters } = layerNorm().init(features, { shift: false });
    expect(statistics).toEqual({});
    expect(Object.keys(parameters)).toEqual(['gain']);
    expect(layerNorm()).not.toHaveProperty('fold');
  });

  it('starts with the gain it is given and a shift of zeros', () => {
    const { parameters } = layerNorm({ gain: 0.25 }).init(2, { shift: true });
    expectClose(parameters['gain']!, array64([2], [0.25, 0.25]));
    expectClose(parameters['shift']!, array64([2], [0, 0]));
  });
});
