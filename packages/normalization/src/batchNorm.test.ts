import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  oracle,
  testBackends,
  toTensor1D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { grads, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { cases, features, gain, given, shift, spread, time, x } from '../test/batchNormCases';
import type { Normalizer } from './normalizer';

/** y of the normalizer for the tensors x, gain and, where the case has one, shift. */
function applied(
  normalizer: Normalizer,
  [xs, gains, shifts]: readonly (Tensor | undefined)[],
  rest: readonly [Parameters<Normalizer['apply']>[2], Parameters<Normalizer['apply']>[3]],
): Tensor3D {
  const parameters = { gain: gains!, ...(shifts && { shift: shifts }) };
  return normalizer.apply(xs as Tensor3D, parameters, ...rest).y;
}

describe.each(testBackends())('batchNorm on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(cases)('$name', (testCase) => {
    const inputs = testCase.shift ? { x, gain, shift } : { x, gain };
    const values = () => [
      toTensor3D(x),
      toTensor1D(gain),
      ...(testCase.shift ? [toTensor1D(shift)] : []),
    ];

    it('gives the float64 values and moments in mode batch', () => {
      const { normalizer, rule, stored, lengths, statistics, padding } = given(testCase);
      const expected = oracle.batchNormalize({
        ...inputs,
        lengths,
        ...rule,
        stored: { mean: spread(stored.mean), variance: spread(stored.variance) },
      });
      const [xs, gains, shifts] = values();
      const { y, measured } = normalizer.apply(
        xs as Tensor3D,
        { gain: gains!, ...(shifts && { shift: shifts }) },
        statistics,
        { mode: 'batch', ...padding },
      );
      expectClose(y, expected.y);
      const seen = expected.rows.data.map((count) => (count >= 2 ? 1 : 0));
      const kept = (table: Array64) =>
        table.data.map((value, i) => value * seen[Math.floor(i / features)]!);
      expectClose(
        measured!['mean']!.dataSync().map((v, i) => v * seen[Math.floor(i / features)]!),
        kept(expected.mean),
      );
      expectClose(
        measured!['variance']!.dataSync().map((v, i) => v * seen[Math.floor(i / features)]!),
        kept(expected.variance),
      );
    });

    it('has the gradient of the float64 values in mode batch', () => {
      const { normalizer, rule, stored, lengths, statistics, padding } = given(testCase);
      const expected = centralDifferences(
        (moved) =>
          weightedSum(
            oracle.batchNormalize({
              ...moved,
              lengths,
              ...rule,
              stored: { mean: spread(stored.mean), variance: spread(stored.variance) },
            }).y,
          ),
        inputs,
      );
      const gradient = grads((...args: Tensor[]) =>
        weightedSumOfTensors(
          applied(normalizer, args, [statistics, { mode: 'batch', ...padding }]),
        ),
      )(values());
      Object.values(expected).forEach((wanted, k) => {
        expectClose(gradient[k]!, wanted, { rtol: 1e-4, label: Object.keys(expected)[k]! });
      });
    });

    it('gives the float64 values and gradient in mode stored', () => {
      const { normalizer, rule, stored, lengths, statistics, padding } = given(testCase);
      const reference = (moved: typeof inputs): Array64 => {
        const step = oracle.batchStep({
          gain: moved.gain,
          ...('shift' in moved && { shift: moved.shift }),
          ...rule,
          stored,
          useStored: true,
        });
        const steps = Array.from({ length: time }, (_, t) => [
          ...step(oracle.stepOf(moved.x, t), t, lengths).data,
        ]);
        return array64(x.shape, steps.flat());
      };
      const y = applied(normalizer, values(), [statistics, { mode: 'stored', ...padding }]);
      expectClose(y, reference(inputs));

      const expected = centralDifferences((moved) => weightedSum(reference(moved)), inputs);
      const gradient = grads((...args: Tensor[]) =>
        weightedSumOfTensors(
          applied(normalizer, args, [statistics, { mode: 'stored', ...padding }]),
        ),
      )(values());
      Object.values(expected).forEach((wanted, k) => {
        expectClose(gradient[k]!, wanted, { rtol: 1e-4, label: Object.keys(expected)[k]! });
      });
    });

    it.each(['batch', 'stored'] as const)('leaves what it returns in mode %s', (mode) => {
      const { normalizer, statistics, padding } = given(testCase);
      const [xs, gains, shifts] = values();
      const parameters = { gain: gains!, ...(shifts && { shift: shifts }) };
      expectNoLeak(() =>
        normalizer.apply(xs as Tensor3D, parameters, statistics, { mode, ...padding }),
      );
      expectClose(xs!, x);
    });
  });
});
