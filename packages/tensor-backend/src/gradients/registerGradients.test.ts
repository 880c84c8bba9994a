import { expectClose } from '@bnrnn/test-utils';
import {
  getGradient,
  grad,
  mul,
  registerGradient,
  sigmoid,
  sum,
  tanh,
  tensor1d,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { registerGradients } from './registerGradients';
import { tfjsGradients } from './tfjsGradients';

test('registers what is missing and leaves what is there', async () => {
  const own = {
    kernelName: 'Tanh',
    gradFunc: (dy: Tensor | Tensor[]) => ({ x: () => mul(dy as Tensor, 7) }),
  };
  registerGradient(own);
  await startBackend('cpu');
  registerGradients();
  expect(getGradient('Tanh')).toBe(own);
  for (const { kernelName } of tfjsGradients) expect(getGradient(kernelName)).toBeDefined();

  const x = tensor1d([0.5, -2]);
  expectClose(grad((t: Tensor): Scalar => sum(tanh(t)))(x), [7, 7]);
  const slope = (v: number) => Math.exp(-v) / (1 + Math.exp(-v)) ** 2;
  expectClose(grad((t: Tensor): Scalar => sum(sigmoid(t)))(x), [slope(0.5), slope(-2)]);
});
