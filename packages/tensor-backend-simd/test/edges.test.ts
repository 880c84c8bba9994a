import { randomStream } from '@bnrnn/core';
import * as ops from '@bnrnn/tensor-backend';
import {
  expectClose,
  filled,
  filledIds,
  oracle,
  toTensor,
  toTensor1D,
  toTensor2D,
  toTensor3D,
} from '@bnrnn/test-utils';
import {
  add,
  broadcastTo,
  cast,
  clone,
  fill,
  matMul,
  mul,
  reshape,
  sigmoid,
  stack,
  sum,
  tanh,
  tensor,
  unstack,
  variable,
  zeros,
  type Rank,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => ops.startBackend('simd', { threads: 2 }));

describe('sizes', () => {
  test.each([
    [1, 1, 1],
    [2, 1, 3],
    [5, 3, 1],
    [3, 2, 9],
    [2, 33, 70], // above what one thread's product takes alone
    [4, 5, 131],
  ])('lstmScan over %i steps of %i rows and %i units', (time, batch, units) => {
    const arrays = {
      projected: filled([time, batch, 4 * units], 1),
      recurrent: filled([units, 4 * units], 2, -0.3, 0.3),
      recurrentBias: filled([4 * units], 3),
      hidden0: filled([batch, units], 4),
      cell0: filled([batch, units], 5),
    };
    const lengths = Array.from({ length: batch }, (_, b) => 1 + (b % time));
    const actual = ops.lstmScan({
      projected: toTensor3D(arrays.projected),
      recurrent: toTensor2D(arrays.recurrent),
      recurrentBias: toTensor1D(arrays.recurrentBias),
      hidden0: toTensor2D(arrays.hidden0),
      cell0: toTensor2D(arrays.cell0),
      lengths,
      reverse: true,
    });
    const expected = oracle.lstmScan({ ...arrays, lengths, reverse: true });
    expectClose(actual.hidden, expected.hidden);
    expectClose(actual.finalHidden, expected.finalHidden);
    expectClose(actual.finalCell, expected.finalCell);
  });

  test.each([
    [1, 1, 1],
    [6, 5, 33],
    [4, 3, 130],
  ])('lstmScanPair over %i steps of %i rows and %i units is two scans', (time, batch, units) => {
    const scan = (seed: number) => ({
      projected: toTensor3D(filled([time, batch, 4 * units], seed)),
      recurrent: toTensor2D(filled([units, 4 * units], seed + 1, -0.3, 0.3)),
      hidden0: toTensor2D(filled([batch, units], seed + 2)),
      cell0: toTensor2D(filled([batch, units], seed + 3)),
    });
    const [forward, backward] = [scan(1), scan(11)];
    const lengths = Array.from({ length: batch }, (_, b) => 1 + (b % time));
    const both = ops.lstmScanPair({ forward, backward, lengths });
    const first = ops.lstmScan({ ...forward, lengths });
    const second = ops.lstmScan({ ...backward, lengths, reverse: true });
    expectClose(both.forward.hidden, first.hidden);
    expectClose(both.forward.finalCell, first.finalCell);
    expectClose(both.backward.hidden, second.hidden);
    expectClose(both.backward.finalHidden, second.finalHidden);
  });

  test.each([
    [1, 2, 1],
    [3, 5, 7],
    [2, 40, 130],
  ])('batchNormalize of [%i, %i, %i]', (time, batch, features) => {
    const x = filled([time, batch, features], 6);
    const gain = filled([features], 7, 0.5, 1.5);
    const settings = { over: 'frame', epsilon: 1e-3, epsilonRule: 'variance' } as const;
    const { y, variance } = ops.batchNormalize({
      x: toTensor(x) as Tensor3D,
      gain: toTensor1D(gain),
      ...settings,
    });
    const expected = oracle.batchNormalize({ x, gain, ...settings });
    expectClose(y, expected.y);
    expectClose(variance, expected.variance);
  });

  test.each([false, true])('moments of many rows far from 0, padding %s', (padded) => {
    const [time, batch, features] = [70, 9, 6];
    const x = filled([time, batch, features], 6, 99, 101);
    // From step 30 on only the first row is real, from 45 on none: blocks of rows hold few or no real ones.
    const lengths = padded ? [45, 30, 1, 30, 2, 30, 7, 8, 9] : undefined;
    const gain = filled([features], 7, 0.5, 1.5);
    const settings = { over: 'sequence', epsilon: 1e-3, epsilonRule: 'variance' } as const;
    const actual = ops.batchNormalize({
      x: toTensor3D(x),
      gain: toTensor1D(gain),
      lengths,
      ...settings,
    });
    const expected = oracle.batchNormalize({ x, gain, lengths, ...settings });
    expectClose(actual.mean, expected.mean, { rtol: 1e-6 });
    expectClose(actual.variance, expected.variance);
  });

  test('a softmax layer with more logits than one block', () => {
    const [rows, units, classes] = [37, 9, 70_001];
    const hidden = filled([rows, units], 8);
    const weights = filled([units, classes], 9);
    const bias = filled([classes], 10);
    const labels = filledIds(rows, 11, classes);
    const nats = ops.projectedCrossEntropy({
      hidden: toTensor2D(hidden),
      weights: toTensor2D(weights),
      bias: toTensor1D(bias),
      labels,
    });
    expectClose(nats, oracle.projectedCrossEntropy({ hidden, weights, bias, labels }));
  });

  test.each([
    [[4], [4], [4]],
    [[], [2, 2], [2, 2]],
    [[3], [1, 1], [1, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [2, 3],
      [2, 1],
      [2, 3],
    ],
    [[2, 3], [3], [2, 3]],
  ])('products of matrices along the axes %j and %j', (left, right, axes) => {
    const [a, b] = [filled([...left, 2, 3], 21), filled([...right, 3, 4], 22)];
    const whole = (array: typeof a) => {
      const [rows, columns] = array.shape.slice(-2) as [number, number];
      return broadcastTo(toTensor(array), [...axes, rows, columns]);
    };
    const actual = matMul(toTensor(a), toTensor(b));
    expect(actual.shape).toEqual([...axes, 2, 4]);
    // One by one, of matrices that were copied as often as they are needed.
    const [ones, others] = [reshape(whole(a), [-1, 2, 3]), reshape(whole(b), [-1, 3, 4])];
    const expected = unstack(ones).map((one, i) =>
      matMul(one as Tensor2D, unstack(others)[i] as Tensor2D),
    );
    expectClose(actual, stack(expected).dataSync());
  });

  test.each([
    [[4], [2, 2]],
    [
      [2, 3],
      [3, 2],
    ],
  ])('refuses products along the axes %j and %j', (left, right) => {
    const [a, b] = [filled([...left, 2, 3], 21), filled([...right, 3, 4], 22)];
    expect(() => matMul(toTensor(a), toTensor(b))).toThrow('could not be broadcast');
  });

  test('nothing at all', () => {
    const empty = zeros<Rank.R2>([0, 3]);
    expect(add(empty, 1).shape).toEqual([0, 3]);
    expect(sigmoid(empty).size).toBe(0);
    expect(tanh(empty).size).toBe(0);
    expect(cast(zeros([0], 'int32'), 'float32').size).toBe(0);
    expect(matMul(empty, zeros([3, 4])).shape).toEqual([0, 4]);
    // Where numbers stood before.
    fill([2, 3], 7).dispose();
    expectClose(matMul(zeros([2, 0]), zeros([0, 3])), new Float32Array(6));
    expectClose(sum(empty), 0);
  });

  test.each([
    [[3, 5], [5]],
    [[3, 5], [1]],
    [[5], [3, 5]],
    [
      [3, 1],
      [1, 5],
    ],
    [
      [2, 3, 5],
      [2, 1, 5],
    ],
    [
      [2, 3, 5],
      [3, 5],
    ],
    [[], [3, 5]],
  ])('broadcasts %j with %j', (left, right) => {
    const [a, b] = [filled(left, 12), filled(right, 13)];
    const shape = left.length >= right.length ? [...left] : [...right];
    if (left.join() === '3,1') shape[1] = 5;
    const at = (array: typeof a, index: number) => {
      let [offset, stride, rest] = [0, 1, index];
      for (let k = 1; k <= shape.length; k++) {
        const size = shape.at(-k)!;
        const own = array.shape.at(-k) ?? 1;
        if (own > 1) offset += (rest % size) * stride;
        stride *= own;
        rest = Math.floor(rest / size);
      }
      return array.data[offset]!;
    };
    const size = shape.reduce((product, n) => product * n, 1);
    const each = (f: (x: number, y: number) => number) =>
      Float64Array.from({ length: size }, (_, i) => f(at(a, i), at(b, i)));
    const [x, y] = [toTensor(a), toTensor(b)];
    expectClose(add(x, y), { shape, data: each((p, q) => p + q) });
    expectClose(mul(x, y), { shape, data: each((p, q) => p * q) });
  });
});

describe('aliasing', () => {
  test('a cast has numbers of its own', () => {
    const bool = tensor([1, 0, 1, 1, 0], [5], 'bool');
    expectClose(add(cast(bool, 'float32'), 0.5), Float32Array.of(1.5, 0.5, 1.5, 1.5, 0.5));
    const int = tensor([1, -2, 3], [3], 'int32');
    expectClose(mul(cast(int, 'float32'), 0.5), Float32Array.of(0.5, -1, 1.5));
  });

  test('a step in place leaves what shared the variable’s numbers alone', () => {
    const start = tensor([1, 2, 3]);
    const weights = variable(start);
    const copy = clone(weights);
    const step = { learningRate: 1, scale: 1, gradients: [fill([3], 0.5)] };
    ops.sgdStep({ variables: [weights], ...step });
    expectClose(start, Float32Array.of(1, 2, 3));
    expectClose(copy, Float32Array.of(1, 2, 3));
    expectClose(weights, Float32Array.of(0.5, 1.5, 2.5));
  });

  test('dataSync gives a copy', () => {
    const weights = variable(tensor([1, 2, 3]));
    const before = weights.dataSync();
    const step = { learningRate: 1, scale: 1, gradients: [fill([3], 0.5)] };
    ops.sgdStep({ variables: [weights], ...step });
    expect([...before]).toEqual([1, 2, 3]);
  });
});

describe('dropout', () => {
  test.each([
    [1, 0.5],
    [7, 0.35],
    [1001, 0.1],
    [40_000, 0.65],
  ])('%i numbers at rate %d: the mask of the stream, bit for bit', (size, rate) => {
    const stream = randomStream('dropout.0', 17);
    const step = 12;
    const mask = stream.dropoutMask(size, rate, step);
    const actual = ops.dropout({ x: fill([size], 1), rate, key: stream.key, step });
    expect([...actual.dataSync()]).toEqual([...mask]);
  });
});
