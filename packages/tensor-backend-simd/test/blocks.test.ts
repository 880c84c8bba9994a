import { projectedCrossEntropy, softmaxCrossEntropy, startBackend } from '@bnrnn/tensor-backend';
import { expectClose, filled, toIds, toTensor1D, toTensor2D } from '@bnrnn/test-utils';
import { add, matMul, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

/**
 * 209 rows of 10,000 logits fill a block, so the last of these has 3 and the threads' shares move. Behind each
 * barrier another one of the threads lags.
 */
const [rows, units, classes] = [421, 8, 10_000];

test('a loss without gradient in blocks of unequal size is the same every time', async () => {
  process.env['BNRNN_SIMD_LAG'] = '1';
  await startBackend('simd', { threads: 5 });
  const hidden = toTensor2D(filled([rows, units], 1));
  const weights = toTensor2D(filled([units, classes], 2));
  const bias = toTensor1D(filled([classes], 3));
  const labels = toIds(Array.from({ length: rows }, (_, i) => (i * 37) % classes));
  const logits: Tensor2D = add(matMul(hidden, weights), bias);
  const whole = softmaxCrossEntropy({ logits, labels }).dataSync();
  const run = () => projectedCrossEntropy({ hidden, weights, bias, labels }).dataSync();
  const first = run();
  expectClose(first, whole, { rtol: 1e-6 });
  for (let i = 0; i < 5; i++) expect(run()).toEqual(first);
});
