import { randomStream, UsageError } from '@bnrnn/core';
import {
  expectClose,
  filled,
  oracle,
  testBackends,
  toTensor,
  toTensor2D,
  toTensor3D,
} from '@bnrnn/test-utils';
import {
  gather,
  sum,
  tensor1d,
  valueAndGrad,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { dropout } from './dropout';
import { embedding } from './embedding';
import { product } from './product';

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('embedding agrees with the oracle, repeated ids included', () => {
    const ids = [3, 0, 3, 8, 3, 0, 5, 2];
    compareWithOracle({
      label: 'embedding',
      inputs: { table: filled([9, 5], 61) },
      op: ({ table }) => [embedding({ table: table as Tensor2D, ids })],
      oracle: ({ table }) => [oracle.embedding({ table, ids })],
    });
    const table = toTensor2D(filled([3, 5], 62));
    expect(() => embedding({ table, ids })).toThrow(UsageError);
    expect(() => embedding({ table, ids })).toThrow('ids holds 3, expected 0 to 2');
    expect(() => embedding({ table, ids: table as never })).toThrow('expected a list of whole');
  });

  test.each([0, 1])('the gradient of a plain gather along axis %i', (axis) => {
    const ids = [2, 0, 2, 4];
    const fixed = tensor1d(ids, 'int32');
    const x = filled([5, 6], 63);
    compareWithOracle({
      label: 'gather',
      inputs: { x },
      op: (t) => [gather(t.x, fixed, axis)],
      oracle: (arrays) => {
        const picked = (n: number, m: number) =>
          axis === 0
            ? (arrays.x.data[(ids[n] as number) * 6 + m] as number)
            : (arrays.x.data[n * 6 + (ids[m] as number)] as number);
        const shape = axis === 0 ? [4, 6] : [5, 4];
        const width = shape[1] as number;
        const data = Float64Array.from({ length: 4 * (axis === 0 ? 6 : 5) }, (_, i) =>
          picked(Math.floor(i / width), i % width),
        );
        return [{ shape, data }];
      },
    });
  });

  // Odd and even numbers of features, and counts beyond what one thread of a backend takes.
  test.each([5, 6, 40])(
    'the mask of columns is that of the whole batch, %i features',
    (features) => {
      const [time, batch] = [4, 7];
      const key = randomStream('dropout.2', 12).key;
      const mask = randomStream('dropout.2', 12).dropoutMask(time * batch * features, 0.4, 3);
      for (const [first, count] of [
        [0, 2],
        [2, 3],
        [5, 2],
      ] as const) {
        const x = toTensor3D(filled([time, count, features], 65));
        const part = { first, batch };
        const ofColumns = (values: Float32Array) =>
          Array.from({ length: time }, (_, t) => [
            ...values.subarray(
              (t * batch + first) * features,
              (t * batch + first + count) * features,
            ),
          ]).flat();
        const expected = [
          ...Float32Array.from(ofColumns(mask), (m, i) => m * x.dataSync()[i]! + 0),
        ];
        const { value, grad } = valueAndGrad((y: Tensor) =>
          sum(dropout({ x: y, rate: 0.4, key, step: 3, part })),
        )(x);
        // A dropped −1 is −0 in plain ops and 0 in a kernel.
        const positive = Array.from(
          dropout({ x, rate: 0.4, key, step: 3, part }).dataSync(),
          (y) => y + 0,
        );
        expect(positive).toEqual(expected);
        expect([...grad.dataSync()]).toEqual(ofColumns(mask));
        value.dispose();
        expect(() => dropout({ x, rate: 0.4, key, step: 3, part: { first: 6, batch } })).toThrow(
          `dropout: x is [4, ${count}, ${features}], expected [time, batch, features] with columns 6 and on of 7.`,
        );
      }
    },
  );

  test('dropout is core’s mask, bit for bit, in both directions', () => {
    const x = filled([7, 3, 5], 64);
    const stream = randomStream('dropout.1', 12);
    const options = { rate: 0.4, key: stream.key, step: 3 };
    const mask = stream.dropoutMask(105, 0.4, 3);
    expect(new Set(mask).size).toBe(2);
    compareWithOracle({
      label: 'dropout',
      inputs: { x },
      op: (t) => [dropout({ x: t.x, ...options })],
      oracle: (arrays) => [oracle.dropout({ x: arrays.x, mask })],
    });
    const ones = toTensor({ shape: [7, 3, 5], data: new Float64Array(105).fill(1) });
    expect(dropout({ x: ones, ...options }).dataSync()).toEqual(mask);
    expectClose(dropout({ x: ones, ...options, rate: 0 }), ones, { rtol: 0 });
    expect(() => dropout({ x: ones, ...options, rate: 1 })).toThrow('dropout: rate is 1');
  });

  test('product agrees with the oracle', () => {
    compareWithOracle({
      label: 'product',
      inputs: { a: filled([7, 5], 65), b: filled([5, 9], 66) },
      op: (t) => [product(t.a as Tensor2D, t.b as Tensor2D)],
      oracle: ({ a, b }) => [oracle.product(a, b)],
    });
    const a = toTensor2D(filled([2, 3], 67));
    expect(() => product(a, a)).toThrow('product: b is [2, 3], expected [inner=3, columns]');
  });
});
