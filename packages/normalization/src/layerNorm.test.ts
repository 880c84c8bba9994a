import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  map64,
  oracle,
  prefixMask,
  testBackends,
  toTensor1D,
  toTensor2D,
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
const mask = prefixMask(lengths, time);

/** The oracle's values, zero where padded. */
function reference(inputs: Record<string, Array64>, groups: number): Array64 {
  const y = oracle.layerNormalize({ ...inputs, groups, epsilon: 0.1 } as never);
  return map64(y, (value, i) => {
    const row = Math.floor(i / features);
    return at(mask, Math.floor(row / batch), row % batch) === 0 ? 0 : value;
  });
}

describe.each(testBackends())('layerNorm on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it.each([1, 4])('gives the float64 values and gradient with %i groups', (groups) => {
    const normalizer = layerNorm({ groups, epsilon: 0.1 });
    const statistics = normalizer.statistics(features);
    const run = (xs: Tensor, gains: Tensor, shifts: Tensor): Tensor3D =>
      normalizer.apply(xs as Tensor3D, { gain: gains, shift: shifts }, statistics, {
        mode: 'batch',
        lengths,
      }).y;
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
    const statistics = normalizer.statistics(features);
    const parameters = { gain: toTensor1D(gain) };
    const expected = reference({ x, gain }, 3);
    for (const mode of ['batch', 'stored'] as const) {
      for (let step = 0; step < time; step++) {
        const { y, moments } = normalizer.applyStep(
          toTensor2D(oracle.stepOf(x, step)),
          parameters,
          statistics,
          { mode, step, lengths: lengths.map((length) => Number(step < length)) },
        );
        expectClose(y, oracle.stepOf(expected, step), {
          label: `step ${step}, ${mode}`,
          atol: 1e-6,
        });
        expect(moments).toBeUndefined();
      }
    }
  });

  it('leaves what it returns', () => {
    const normalizer = layerNorm({ groups: 3 });
    const statistics = normalizer.statistics(features);
    const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
    const xs = toTensor3D(x);
    expectNoLeak(() => normalizer.apply(xs, parameters, statistics, { mode: 'batch', lengths }));
    expectNoLeak(() => normalizer.apply(xs, parameters, statistics, { mode: 'stored' }));
    const row = toTensor2D(oracle.stepOf(x, 0));
    expectNoLeak(() =>
      normalizer.applyStep(row, parameters, statistics, { mode: 'batch', step: 0 }),
    );
    expectNoLeak(() => normalizer.statistics(features));
    expectNoLeak(() => normalizer.parameters(features, { shift: true }));
    expectNoLeak(() => normalizer.fold(statistics, { ...statistics, rows: Int32Array.of() }));
  });

  it('has no statistics', () => {
    const { mean, variance } = layerNorm().statistics(features);
    expect(mean.shape).toEqual([0, features]);
    expect(variance.shape).toEqual([0, features]);
  });

  it('starts with the gain it is given and a shift of zeros', () => {
    const { gain: start, shift: zeros } = layerNorm({ gain: 0.25 }).parameters(2, { shift: true });
    expectClose(start!, array64([2], [0.25, 0.25]));
    expectClose(zeros!, array64([2], [0, 0]));
    expect(layerNorm().parameters(2, { shift: false })).not.toHaveProperty('shift');
  });
});
