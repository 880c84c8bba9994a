import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, filled, toTensor, toTensor3D } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { features, gain, n, x } from '../test/whitenCases';
import { batchNorm } from './batchNorm';
import { normalizerFromSpec } from './normalizerFromSpec';
import { whiten } from './whiten';
import type { WhitenOptions } from './whitenSpec';

describe('a specification of whitening', () => {
  beforeAll(async () => {
    await startBackend('cpu');
  });

  it('comes back from its specification and changes nothing before training', () => {
    const normalizer = whiten({
      ...{ over: 'frame', method: 'zca', groupSize: 2, perStep: true, maxSteps: 3 },
    });
    const again = normalizerFromSpec(JSON.parse(JSON.stringify(normalizer.spec)));
    expect(again.spec).toEqual(normalizer.spec);
    const start = again.init(features, { shift: true });
    expect(start.statistics['covariance']!.shape).toEqual([3, 3, 2, 2]);
    const options = { mode: 'stored' } as const;
    const { y } = again.apply(toTensor3D(x), start.parameters, start.statistics, options);
    expectClose(y, x, { rtol: 1e-5 }); // 1/sqrt(1 + ε)
  });

  it('refuses a batch that is too small for the group, with the numbers that would do', () => {
    const small = toTensor3D(filled([2, 4, 12], 1));
    const refused = (options: Partial<WhitenOptions>, lengths?: number[]) => () => {
      const normalizer = whiten({ over: 'frame', groupSize: 4, ...options });
      const { parameters, statistics } = normalizer.init(12, { shift: false });
      return normalizer.apply(small, parameters, statistics, { mode: 'batch', lengths });
    };
    expect(refused({})).toThrow(
      'whiten.apply: mode "batch" was given 4 real rows at a time step (time 2, batch 4), expected at least 5 to whiten groups of 4.',
    );
    expect(refused({})).toThrow(
      expect.objectContaining({
        hint: 'Use a batch of 5 rows or more, groups of at most 3, or stored statistics (running or recalibrated).',
      }),
    );
    expect(refused({ over: 'sequence' }, [1, 2, 0, 1])).toThrow('4 real rows in all');
    expect(refused({ groupSize: 3 })).not.toThrow();
    expect(refused({ over: 'sequence' })).not.toThrow();
  });

  it('refuses groups that do not fill the features, and settings out of range', () => {
    expect(() => whiten({ over: 'frame', groupSize: 5 }).init(12, { shift: true })).toThrow(
      'whiten: groupSize is 5, expected a divisor of the 12 features.',
    );
    expect(() => whiten({ over: 'frame', iterations: 11 })).toThrow('iterations');
    expect(() => whiten({ over: 'frame', perStep: true })).toThrow('maxSteps');
    expect(() => whiten({ over: 'sequence', perStep: true, maxSteps: 2 })).toThrow('perStep');
    const { statistics } = batchNorm({ over: 'frame' }).init(features, { shift: true });
    const other = whiten({ over: 'frame', groupSize: n });
    expect(() =>
      other.apply(toTensor3D(x), { gain: toTensor(gain) }, statistics, { mode: 'stored' }),
    ).toThrow('statistics have mean and variance, expected mean and covariance');
  });
});
