import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  put,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import {
  grads,
  tidy,
  variable,
  variableGrads,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { batchNormSpec, type BatchNormOptions } from './batchNormSpec';
import type { Normalizer } from './normalizer';

const time = 7;
const batch = 4;
const features = 5;

interface Case {
  readonly name: string;
  readonly options: BatchNormOptions;
  readonly lengths?: readonly number[];
  readonly shift: boolean;
}

// An epsilon as large as the variances shows a rule or a place that is wrong. The lengths leave one
// real row at steps 5 and 6, which frame-wise take the statistics.
const cases: readonly Case[] = [
  { name: 'frame', options: { over: 'frame', epsilon: 0.1 }, shift: true },
  {
    name: 'frame, padded',
    options: { over: 'frame', epsilon: 0.1, perStep: true, maxSteps: 6 },
    lengths: [7, 5, 4, 2],
    shift: true,
  },
  {
    name: 'frame, padded, double epsilon, shared statistics, no shift',
    options: { over: 'frame', epsilon: 0.1, epsilonRule: 'double' },
    lengths: [3, 5, 4, 7],
    shift: false,
  },
  { name: 'sequence', options: { over: 'sequence', epsilon: 0.1 }, shift: false },
  {
    name: 'sequence, padded, double epsilon',
    options: { over: 'sequence', epsilon: 0.1, epsilonRule: 'double' },
    lengths: [7, 5, 1, 2],
    shift: true,
  },
];

const x = filled([time, batch, features], 1, -2, 3);
const gain = filled([features], 2, 0.5, 1.5);
const shift = filled([features], 3);

/** Rows [rows, features] of a mean and a variance, none of them where training starts. */
function someStatistics(rows: number): { mean: Array64; variance: Array64 } {
  return { mean: filled([rows, features], 4), variance: filled([rows, features], 5, 0.3, 2) };
}

/** Row min(t, rows − 1) for each step t. */
function spread(table: Array64, steps = time): Array64 {
  const out = array64([steps, features]);
  const last = (table.shape[0] ?? 0) - 1;
  for (let t = 0; t < steps; t++) {
    for (let f = 0; f < features; f++) put(out, at(table, Math.min(t, last), f), t, f);
  }
  return out;
}

/** Step t of x as a batch of its own. */
function oneStep(t: number): Tensor3D {
  return toTensor3D(array64([1, x.shape[1]!, features], oracle.stepOf(x, t).data));
}

/** Everything that one case needs, as float64 and as tensors. */
function given(testCase: Case) {
  const normalizer = batchNorm(testCase.options);
  const { over, epsilon, epsilonRule } = batchNormSpec(testCase.options);
  const stored = someStatistics(testCase.options.maxSteps ?? 1);
  const statistics = {
    mean: toTensor2D(stored.mean),
    variance: toTensor2D(stored.variance),
  };
  return {
    normalizer,
    rule: { over, epsilon, epsilonRule },
    stored,
    lengths: testCase.lengths,
    statistics,
    padding: testCase.lengths && { lengths: testCase.lengths },
  };
}

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
