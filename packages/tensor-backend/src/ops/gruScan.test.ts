import { filled, oracle, testBackends } from '@bnrnn/test-utils';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { gruScan } from './gruScan';

const [time, batch, units] = [7, 4, 5];
const lengths = [7, 4, 2, 5];
const inputs = {
  projected: filled([time, batch, 3 * units], 21),
  recurrent: filled([units, 3 * units], 22),
  hidden0: filled([batch, units], 23),
  recurrentBias: filled([3 * units], 24),
};

function compare(label: string, fixed: { lengths?: number[]; reverse?: boolean }): void {
  compareWithOracle({
    label,
    inputs,
    op: (tensors) => {
      const { hidden, finalHidden } = gruScan({
        projected: tensors.projected as Tensor3D,
        recurrent: tensors.recurrent as Tensor2D,
        recurrentBias: tensors.recurrentBias as Tensor1D,
        hidden0: tensors.hidden0 as Tensor2D,
        ...fixed,
      });
      return [hidden, finalHidden];
    },
    oracle: (arrays) => {
      const { hidden, finalHidden } = oracle.gruScan({ ...arrays, ...fixed });
      return [hidden, finalHidden];
    },
  });
}

describe.each(testBackends())('gruScan on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('agrees with the oracle', () => compare('plain', {}));
  test('in reverse with padding', () => compare('reverse', { lengths, reverse: true }));
});
