import { filled, oracle, testBackends } from '@bnrnn/test-utils';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { rnnScan, type RnnScanOptions } from './rnnScan';

const [time, batch, units] = [7, 4, 5];
const lengths = [2, 7, 5, 1];
const inputs = {
  projected: filled([time, batch, units], 11),
  recurrent: filled([units, units], 12),
  hidden0: filled([batch, units], 13),
  recurrentBias: filled([units], 14),
};

type Fixed = { lengths?: number[]; reverse?: boolean; activation: 'tanh' | 'relu' };

function compare(label: string, fixed: Fixed): void {
  compareWithOracle({
    label,
    inputs,
    op: (tensors) => {
      const { hidden, finalHidden } = rnnScan({
        projected: tensors.projected as Tensor3D,
        recurrent: tensors.recurrent as Tensor2D,
        recurrentBias: tensors.recurrentBias as Tensor1D,
        hidden0: tensors.hidden0 as Tensor2D,
        ...fixed,
      } satisfies RnnScanOptions);
      return [hidden, finalHidden];
    },
    oracle: (arrays) => {
      const { hidden, finalHidden } = oracle.rnnScan({ ...arrays, ...fixed });
      return [hidden, finalHidden];
    },
  });
}

describe.each(testBackends())('rnnScan on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('tanh', () => compare('tanh', { activation: 'tanh' }));
  test('relu', () => compare('relu', { activation: 'relu' }));
  test('in reverse with padding', () =>
    compare('reverse', { activation: 'tanh', lengths, reverse: true }));
});
