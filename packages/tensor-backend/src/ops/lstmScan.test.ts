import { filled, oracle, testBackends, type Array64 } from '@bnrnn/test-utils';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { lstmScan } from './lstmScan';

const [time, batch, units] = [7, 4, 5];
const lengths = [7, 3, 5, 1];

const inputs = {
  projected: filled([time, batch, 4 * units], 1),
  recurrent: filled([units, 4 * units], 2, -0.7, 0.7),
  hidden0: filled([batch, units], 3),
  cell0: filled([batch, units], 4),
};
const recurrentBias = filled([4 * units], 5);
const peepholes = filled([3, units], 6);

type Inputs = Record<keyof typeof inputs, Array64> & {
  recurrentBias?: Array64;
  peepholes?: Array64;
};

function compare(
  label: string,
  given: Inputs,
  fixed: { lengths?: number[]; reverse?: boolean },
): void {
  compareWithOracle({
    label,
    inputs: given,
    op: (tensors) => {
      const all = tensors as unknown as {
        projected: Tensor3D;
        recurrent: Tensor2D;
        hidden0: Tensor2D;
        cell0: Tensor2D;
        recurrentBias?: Tensor1D;
        peepholes?: Tensor2D;
      };
      const out = lstmScan({ ...all, ...fixed });
      return [out.hidden, out.finalHidden, out.finalCell];
    },
    oracle: (arrays) => {
      const out = oracle.lstmScan({ ...arrays, ...fixed });
      return [out.hidden, out.finalHidden, out.finalCell];
    },
  });
}

describe.each(testBackends())('lstmScan on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('agrees with the oracle', () => compare('plain', inputs, {}));
  test('with a recurrent bias', () => compare('bias', { ...inputs, recurrentBias }, {}));
  test('with peepholes', () => compare('peepholes', { ...inputs, peepholes }, {}));
  test('in reverse', () => compare('reverse', inputs, { reverse: true }));
  test('with padding', () => compare('padding', inputs, { lengths }));
  test('with everything', () =>
    compare('all', { ...inputs, recurrentBias, peepholes }, { lengths, reverse: true }));
});
