import { ShapeError } from '@bnrnn/core';
import {
  array64,
  at,
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
import {
  zeros,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle, gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { standardize, standardizeStored } from './standardize';

const [time, batch, features] = [7, 5, 6];
const lengths = [7, 3, 0, 2, 4];
const inputs = {
  x: filled([time, batch, features], 51, -2, 3),
  gain: filled([features], 52, 0.5, 1.5),
  shift: filled([features], 53),
};
const epsilon = 1e-2; // large enough that a misplaced one fails

type Rule = 'variance' | 'double';
const cases: { rule: Rule; rows: number; padded: boolean; shifted: boolean }[] = [
  { rule: 'variance', rows: 1, padded: true, shifted: true },
  { rule: 'double', rows: time, padded: true, shifted: true },
  { rule: 'variance', rows: time, padded: false, shifted: false },
  { rule: 'double', rows: 1, padded: false, shifted: true },
];

function statistics(rows: number): { mean: Array64; variance: Array64 } {
  return { mean: filled([rows, features], 54), variance: filled([rows, features], 55, 0.3, 2) };
}

function expected(
  { x, gain, shift }: Partial<typeof inputs> & Omit<typeof inputs, 'shift'>,
  { rule, rows, padded }: (typeof cases)[number],
  { mean, variance } = statistics(rows),
): Array64 {
  const y = array64(x.shape);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      if (padded && oracle.isPadded(lengths, t, b)) continue;
      for (let f = 0; f < features; f++) {
        const row = rows === 1 ? 0 : t;
        const [m, v] = [at(mean, row, f), at(variance, row, f)];
        const value = at(gain, f) * oracle.standardize(at(x, t, b, f), m, v, epsilon, rule);
        put(y, value + (shift ? at(shift, f) : 0), t, b, f);
      }
    }
  }
  return y;
}

function operation({ rule, rows, padded }: (typeof cases)[number]) {
  const { mean, variance } = statistics(rows);
  const given = {
    mean: toTensor2D(mean),
    variance: toTensor2D(variance),
    lengths: padded ? lengths : undefined,
    epsilon,
    epsilonRule: rule,
  };
  return (x: Tensor, gain: Tensor, shift?: Tensor): Tensor3D =>
    standardizeStored({
      x: x as Tensor3D,
      gain: gain as Tensor1D,
      shift: shift as Tensor1D | undefined,
      ...given,
    });
}

describe.each(testBackends())('standardizeStored on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(cases)('$rows rows, $rule, padding $padded: agrees with float64', (testCase) => {
    const op = operation(testCase);
    const { shift, ...rest } = inputs;
    compareWithOracle({
      label: JSON.stringify(testCase),
      inputs: testCase.shifted ? { ...rest, shift } : rest,
      op: (tensors: Record<string, Tensor>) => [
        op(tensors['x']!, tensors['gain']!, tensors['shift']),
      ],
      oracle: (arrays) => [expected(arrays, testCase)],
    });
  });

  test.each(cases.slice(0, 2))('$rows rows: what padding holds changes nothing', (testCase) => {
    const op = operation(testCase);
    const dirty = structuredClone(inputs.x);
    for (let t = 0; t < time; t++) put(dirty, t % 2 ? NaN : -Infinity, t, 2, t % features);
    const rest = [toTensor1D(inputs.gain), toTensor1D(inputs.shift)] as const;
    const [clean, other] = [inputs.x, dirty].map((x) => {
      const given = [toTensor3D(x), ...rest] as const;
      return [op(...given), ...gradientsOf((a, b, c) => [op(a, b, c)], given)];
    });
    other?.forEach((tensor, i) => expectClose(tensor, clean?.[i]?.dataSync() as Float32Array));
  });

  test.each(cases)('standardize, $rows rows, $rule: moments have a gradient too', (testCase) => {
    const { shift, ...rest } = inputs;
    const { padded, rule: epsilonRule, shifted, rows } = testCase;
    const all = { ...rest, ...statistics(rows), ...(shifted && { shift }) };
    compareWithOracle({
      label: JSON.stringify(testCase),
      inputs: all,
      op(tensors) {
        const {
          x,
          gain,
          mean,
          variance,
          shift: moved,
        } = tensors as Record<keyof typeof all, Tensor>;
        const y = standardize({
          x: x as Tensor3D,
          gain: gain as Tensor1D,
          shift: moved as Tensor1D | undefined,
          mean: mean as Tensor2D,
          variance: variance as Tensor2D,
          ...{ lengths: padded ? lengths : undefined, epsilon, epsilonRule },
        });
        return [y];
      },
      oracle: ({ mean, variance, ...arrays }) => [expected(arrays, testCase, { mean, variance })],
    });
  });

  test.each([standardize, standardizeStored])(
    '$name refuses statistics of another number of steps',
    (op) => {
      const given = {
        x: toTensor3D(inputs.x),
        gain: toTensor1D(inputs.gain),
        mean: zeros<Rank.R2>([3, features]),
        variance: zeros<Rank.R2>([3, features]),
        epsilon,
        epsilonRule: 'variance',
      } as const;
      expect(() => op(given)).toThrow(ShapeError);
      expect(() => op(given)).toThrow(/mean/);
    },
  );
});
