import {
  runOp,
  scanOp,
  startBackend,
  startKernelLog,
  type ScanAttributes,
} from '@bnrnn/tensor-backend';
import { expectClose } from '@bnrnn/test-utils';
import { clone, ones, type Rank } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normalizedScans, runNormalizedScan } from '../../recurrent/test/normalizedScans';

const [steps, batch] = [5, 6];

describe('normalizers inside the recurrence run on the kernel and agree with the cpu reference', () => {
  test.each(normalizedScans)('$name', async (one) => {
    await startBackend('cpu');
    const expected = runNormalizedScan(one);
    await startBackend('simd', { threads: 2, fallback: 'forbid' });
    const log = startKernelLog();
    const actual = runNormalizedScan(one);
    expect(log.stop()).toContainEqual(expect.objectContaining({ op: 'scan', ran: 'kernel' }));
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [label, wanted] of expected) {
      expectClose(actual.get(label)!, wanted, { rtol: 5e-5, label });
    }
  });

  test('a call that the kernel does not serve is refused by its attributes, or runs the fallback', async () => {
    const inputs = {
      projected: ones<Rank.R3>([steps, batch, 4]),
      recurrent: ones<Rank.R2>([1, 4]),
      hidden0: ones<Rank.R2>([batch, 1]),
      hiddenToHiddenGain: ones<Rank.R1>([4]),
    };
    const attributes: ScanAttributes = {
      cell: 'lstm',
      activation: 'tanh',
      normalize: { hiddenToHidden: { kind: 'batch', over: 'sequence' } },
      mode: 'batch',
      reverse: false,
      firstStep: 0,
      lengths: undefined,
    };
    const hidden = ones<Rank.R3>([1, 1, 2]);
    const rest = ones<Rank.R2>([0, 0]);
    const call = () =>
      runOp(scanOp, inputs, attributes, () => {
        return {
          hidden: clone(hidden),
          finalHidden: rest,
          finalCell: rest,
          mean: rest,
          variance: rest,
        };
      });
    await startBackend('simd', { threads: 2, fallback: 'forbid' });
    expect(call).toThrow(
      /the kernel of the backend "simd" does not serve \{"cell":"lstm","activation":"tanh","normalize"/,
    );
    await startBackend('simd', { threads: 2 });
    expectClose(call().hidden, Float32Array.of(1, 1));
  });
});
