import { array64, expectClose, filled, oracle, testBackends, toTensor2D } from '@bnrnn/test-utils';
import { grads, mul, reshape, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { product } from './product';

const [time, batch, inner, columns] = [3, 2, 5, 4];
const rows = time * batch;
const a = filled([rows, inner], 1);
const b = filled([inner, columns], 2);
const slope = filled([rows, columns], 3);

describe.each(testBackends())('on %s a product', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([[[rows]], [[time, batch]]])(
    'of rows in the shape %j and both of its gradients',
    (shape) => {
      const left = reshape(toTensor2D(a), [...shape, inner]);
      const right = toTensor2D(b);
      const weights = reshape(toTensor2D(slope), [...shape, columns]);
      expectClose(product(left, right), array64([...shape, columns], oracle.product(a, b).data));
      const [dLeft, dRight] = grads((...given: Tensor[]) =>
        sum(mul(product(given[0]!, given[1] as Tensor2D), weights)),
      )([left, right]);
      const wanted = oracle.product(slope, oracle.transpose(b));
      expectClose(dLeft!, array64([...shape, inner], wanted.data));
      expectClose(dRight!, oracle.product(oracle.transpose(a), slope));
    },
  );
});
