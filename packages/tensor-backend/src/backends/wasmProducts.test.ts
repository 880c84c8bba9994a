import { expectClose, filled, toTensor1D, toTensor2D, toTensor3D } from '@bnrnn/test-utils';
import {
  fused,
  matMul,
  memory,
  grads,
  mul,
  ones,
  reshape,
  sum,
  tensor2d,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchNormalize } from '../ops/batchNormalize';
import { lstmScan } from '../ops/lstmScan';
import { startBackend } from './startBackend';

beforeAll(() => startBackend('wasm'));

const twelve = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

describe('a matrix that is multiplied by in two shapes', () => {
  test('matMul', () => {
    const before = memory().numTensors;
    tidy(() => {
      const b = tensor2d(twelve, [6, 2]);
      expect([...matMul(ones([1, 6]), b).dataSync()]).toEqual([36, 42]);
      const flat: Tensor2D = reshape(b, [2, 6]);
      expect([...matMul(ones([1, 2]), flat).dataSync()]).toEqual([8, 10, 12, 14, 16, 18]);
      expect([...matMul(ones([1, 6]), b).dataSync()]).toEqual([36, 42]);
      const batch: Tensor3D = reshape(b, [1, 3, 4]);
      expect([...matMul(ones([1, 1, 3]), batch).dataSync()]).toEqual([15, 18, 21, 24]);
    });
    expect(memory().numTensors).toBe(before);
  });

  test('fused matMul', () => {
    tidy(() => {
      const b = tensor2d(twelve, [6, 2]);
      const product = (k: number) =>
        fused.matMul({ a: ones([1, k]), b: reshape(b, [k, 12 / k]), activation: 'relu' });
      expect([...product(6).dataSync()]).toEqual([36, 42]);
      expect([...product(2).dataSync()]).toEqual([8, 10, 12, 14, 16, 18]);
    });
  });
});

/** Gradients of x, gain, shift and U through W·x normalized over the sequence and an LSTM. */
async function gradientsOn(backend: 'wasm' | 'cpu'): Promise<number[][]> {
  await startBackend(backend);
  const [time, batch, units] = [20, 8, 32];
  const state = filled([batch, units], 3);
  const inputs = [
    toTensor3D(filled([time, batch, 4 * units], 1)),
    toTensor1D(filled([4 * units], 5)),
    toTensor1D(filled([4 * units], 6)),
    toTensor2D(filled([units, 4 * units], 2)),
  ];
  const weights = toTensor3D(filled([time, batch, units], 4));
  const gradients = grads((...given: Tensor[]) => {
    const [x, gain, shift, recurrent] = given as [Tensor3D, Tensor1D, Tensor1D, Tensor2D];
    const over = { over: 'sequence', epsilon: 1e-5, epsilonRule: 'variance' } as const;
    const { y } = batchNormalize({ x, gain, shift, ...over });
    const carried = { hidden0: toTensor2D(state), cell0: toTensor2D(state) };
    const { hidden } = lstmScan({ projected: y, recurrent, ...carried });
    return sum(mul(hidden, weights));
  })(inputs);
  return gradients.map((gradient) => [...gradient.dataSync()]);
}

test('a scan after sequence-wise normalization has the gradients that cpu gives', async () => {
  const names = ['x', 'gain', 'shift', 'recurrent'];
  const [wasm, cpu] = [await gradientsOn('wasm'), await gradientsOn('cpu')];
  names.forEach((name, i) => expectClose(wasm[i]!, cpu[i]!, { rtol: 1e-4, label: name }));
});
