import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  testBackends,
  toTensor1D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import { tidy, variable, variableGrads, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cases, features, gain, given, shift, time, x } from '../test/batchNormCases';
import { batchNorm } from './batchNorm';

/** Step t of x as a batch of its own. */
function oneStep(t: number): Tensor3D {
  return toTensor3D(array64([1, x.shape[1]!, features], oracle.stepOf(x, t).data));
}

describe.each(testBackends())('steps and single values of batchNorm on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it.each(['batch', 'stored'] as const)('steps as it applies in mode %s', (mode) => {
    const { normalizer, statistics } = given(cases[1]!);
    const lengths = cases[1]!.lengths!;
    const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
    const options = { mode, lengths };
    const whole = normalizer.apply(toTensor3D(x), parameters, statistics, options);
    for (let step = 0; step < time; step++) {
      const one = normalizer.apply(oneStep(step), parameters, statistics, {
        mode,
        lengths: lengths.map((length) => Number(step < length)),
        firstStep: step,
      });
      const label = `step ${step}`;
      const row = (of: Tensor): number[] => {
        const size = of.size / time;
        return [...of.dataSync()].slice(step * size, (step + 1) * size);
      };
      expectClose(one.y.dataSync(), row(whole.y), { label, rtol: 1e-6 });
      if (mode === 'stored') {
        expect(one.measured).toBeUndefined();
      } else {
        for (const name of ['mean', 'variance']) {
          expectClose(one.measured![name]!.dataSync(), row(whole.measured![name]!), { label });
        }
      }
    }
  });

  it('uses the last row of the statistics for all later steps', () => {
    const { normalizer, statistics, stored } = given(cases[1]!);
    const xs = oracle.stepOf(x, 0);
    const expected = oracle.batchStep({ gain, epsilon: 0.1, stored, useStored: true })(
      xs,
      5,
      undefined,
    );
    for (const step of [5, 6, 100]) {
      const parameters = { gain: toTensor1D(gain) };
      const options = { mode: 'stored', firstStep: step } as const;
      const { y } = normalizer.apply(oneStep(0), parameters, statistics, options);
      expectClose(y.dataSync(), expected.data, { label: `step ${step}` });
    }
  });

  it.each(['batch', 'stored'] as const)(
    'lengths without padding change no bit in mode %s',
    (mode) => {
      const { normalizer, statistics } = given(cases[1]!);
      const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
      const xs = toTensor3D(x);
      const plain = normalizer.apply(xs, parameters, statistics, { mode });
      const lengths = [time, time, time, time];
      const masked = normalizer.apply(xs, parameters, statistics, { mode, lengths });
      expectClose(masked.y, plain.y, { rtol: 0 });
      expect(Object.keys(masked.measured ?? {})).toEqual(Object.keys(plain.measured ?? {}));
    },
  );

  it('leaves what a step returns', () => {
    const { normalizer, statistics } = given(cases[1]!);
    const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
    const xs = oneStep(0);
    const lengths = [1, 0, 1, 1];
    for (const mode of ['batch', 'stored'] as const) {
      expectNoLeak(() =>
        normalizer.apply(xs, parameters, statistics, { mode, lengths, firstStep: 3 }),
      );
    }
  });

  it('takes the variance in two passes: 1.07 at mean 1000', () => {
    const values = filled([1, 64, 2], 9, 1000 - 1.79, 1000 + 1.79); // width²/12 ≈ 1.07
    const expected = oracle.batchNormalize({
      x: values,
      gain: array64([2], [1, 1]),
      over: 'frame',
      epsilon: 1e-5,
    });
    expect(expected.variance.data[0]).toBeGreaterThan(0.9);
    const normalizer = batchNorm({ over: 'frame' });
    const { y, measured } = normalizer.apply(
      toTensor3D(values),
      normalizer.init(2, { shift: false }).parameters,
      {},
      { mode: 'batch' },
    );
    expectClose(measured!['variance']!, expected.variance, { rtol: 1e-5 });
    expectClose(y, expected.y, { rtol: 1e-4 }); // the mean itself has a float32 rounding of 3e-5
  });

  it('has a gradient for the parameters that init makes', () => {
    const normalizer = batchNorm({ over: 'frame', gain: 0.1 });
    const { parameters: start, statistics } = normalizer.init(features, { shift: true });
    const [gains, shifts] = [variable(start['gain']!), variable(start['shift']!)];
    const parameters = { gain: gains, shift: shifts };
    expectClose(gains, array64([features], [0.1, 0.1, 0.1, 0.1, 0.1]), { rtol: 1e-6 });
    expectClose(shifts, array64([features]));
    const { grads: gradients } = tidy(() =>
      variableGrads(() =>
        weightedSumOfTensors(
          normalizer.apply(toTensor3D(x), parameters, statistics, { mode: 'batch' }).y,
        ),
      ),
    );
    const expected = centralDifferences(
      (moved) =>
        weightedSum(oracle.batchNormalize({ x, ...moved, over: 'frame', epsilon: 1e-5 }).y),
      { gain: array64([features], [0.1, 0.1, 0.1, 0.1, 0.1]), shift: array64([features]) },
    );
    expectClose(gradients[gains.name]!, expected.gain, { rtol: 1e-4 });
    expectClose(gradients[shifts.name]!, expected.shift, { rtol: 1e-4 });
  });
});
