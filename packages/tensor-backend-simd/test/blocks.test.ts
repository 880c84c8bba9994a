import { projectedCrossEntropy, startBackend } from '@bnrnn/tensor-backend';
import { expectClose, filled, oracle, toTensor1D, toTensor2D } from '@bnrnn/test-utils';
import { expect, test } from 'vitest';

/**
 * 209 rows of 10,000 logits fill a block, so the last of these has 3 and the threads' shares move. Behind each
 * barrier another one of the threads lags.
 */
const [rows, units, classes] = [421, 8, 10_000];

test('a loss without gradient in blocks of unequal size is the same every time', async () => {
  process.env['BNRNN_SIMD_LAG'] = '1';
  await startBackend('simd', { threads: 5 });
  const layer = {
    hidden: filled([rows, units], 1),
    weights: filled([units, classes], 2),
    bias: filled([classes], 3),
  };
  const labels = Array.from({ length: rows }, (_, i) => (i * 37) % classes);
  const tensors = {
    hidden: toTensor2D(layer.hidden),
    weights: toTensor2D(layer.weights),
    bias: toTensor1D(layer.bias),
    labels,
  };
  const run = () => projectedCrossEntropy(tensors).dataSync();
  const first = run();
  expectClose(first, oracle.projectedCrossEntropy({ ...layer, labels }), { rtol: 1e-6 });
  for (let i = 0; i < 5; i++) expect(run()).toEqual(first);
});
