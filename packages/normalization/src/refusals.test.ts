import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { ones, type Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { layerNorm } from './layerNorm';
import { none } from './none';
import { online } from './online';
import type { Normalizer, NormalizerMode } from './normalizer';
import { refuseInCausalModel, refuseInsideRecurrence, refuseUnsummed } from './refusals';

const usageError = (message: string): unknown =>
  expect.objectContaining({ name: 'UsageError', message });

const frame = batchNorm({ over: 'frame' });
const sequence = batchNorm({ over: 'sequence' });

describe('placements', () => {
  it('follow from which values an output depends on', () => {
    const needs = [none(), frame, sequence, layerNorm()].map((normalizer) => normalizer.needs);
    expect(needs).toEqual(['row', 'frame', 'sequence', 'row']);
  });

  it('refuses sequence-wise statistics inside the recurrence', () => {
    expect(() => refuseInsideRecurrence(sequence, 'hiddenToHidden')).toThrow(
      usageError(
        'hiddenToHidden: sequence-wise statistics cannot be used inside the recurrence, they need the values of time steps that do not exist yet.',
      ),
    );
    for (const other of [none(), frame, layerNorm()]) refuseInsideRecurrence(other, 'cell');
  });

  it('refuses sequence-wise statistics in a causal model', () => {
    expect(() => refuseInCausalModel(sequence, 'languageModel: layers.0')).toThrow(
      usageError(
        'languageModel: layers.0: sequence-wise statistics cannot be used in a causal model, they leak the tokens that it has to predict.',
      ),
    );
    for (const other of [none(), frame, layerNorm()]) refuseInCausalModel(other, 'here');
  });
});

describe('mode batch', () => {
  beforeAll(async () => {
    await startBackend(testBackend());
  });

  const apply = (
    normalizer: typeof frame,
    shape: [number, number, number],
    mode: NormalizerMode,
    lengths?: number[],
  ) => {
    const { parameters, statistics } = normalizer.init(shape[2], { shift: true });
    return normalizer.apply(ones<Rank.R3>(shape), parameters, statistics, { mode, lengths });
  };

  it('refuses a batch of one frame-wise, which has one row at each time step', () => {
    expect(() => apply(frame, [5, 1, 3], 'batch')).toThrow(
      usageError(
        'batchNorm.apply: mode "batch" was given 1 real row at a time step (time 5, batch 1), expected at least 2 to take moments over.',
      ),
    );
    expect(apply(frame, [5, 1, 3], 'stored').y.shape).toEqual([5, 1, 3]);
  });

  it('refuses one real frame sequence-wise, padded or not', () => {
    const sentence =
      'batchNorm.apply: mode "batch" was given 1 real row in all (time 2, batch 2), expected at least 2 to take moments over.';
    expect(() => apply(sequence, [2, 2, 3], 'batch', [1, 0])).toThrow(sentence);
    expect(() => apply(sequence, [1, 1, 3], 'batch')).toThrow(
      '1 real row in all (time 1, batch 1)',
    );
    expect(() => apply(sequence, [1, 2, 3], 'batch', [0, 0])).toThrow('0 real rows in all');
    expect(apply(sequence, [5, 1, 3], 'batch').measured!['mean']!.shape).toEqual([1, 3]);
  });

  it('takes the statistics where every step is padded to one row', () => {
    const { y } = apply(frame, [2, 2, 3], 'batch', [2, 0]);
    const one = Math.fround(1 / Math.sqrt(1 + 1e-5)); // mean 0, variance 1
    [...y.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(i % 6 < 3 ? one : 0, 6);
    });
  });

  it('refuses parameters, statistics and masks of other sizes', () => {
    const x = ones<Rank.R3>([2, 3, 4]);
    const gain = ones<Rank.R1>([4]);
    const { statistics } = frame.init(4, { shift: false });
    const mode = 'batch';
    expect(() => frame.apply(x, {}, statistics, { mode })).toThrow(
      'batchNorm.apply: parameters.gain is missing, expected [features=4].',
    );
    expect(() => frame.apply(x, { gain: ones([5]) }, statistics, { mode })).toThrow(
      'batchNorm.apply: parameters.gain is [5], expected [features=4].',
    );
    expect(() => frame.apply(x, { gain, shift: ones([1]) }, statistics, { mode })).toThrow(
      'batchNorm.apply: parameters.shift is [1], expected [features=4].',
    );
    const three = frame.init(3, { shift: false }).statistics;
    expect(() => frame.apply(x, { gain }, three, { mode: 'stored' })).toThrow(
      'batchNorm.apply: statistics.mean is [1, 3], expected [rows=1, features=4].',
    );
    expect(() => frame.apply(x, { gain }, {}, { mode, lengths: [2, 1, 2] })).toThrow(
      'batchNorm.apply: statistics have no tensor, expected mean and variance.',
    );
    expect(() => frame.apply(x, { gain }, statistics, { mode, lengths: [2, 2] })).toThrow(
      'batchNorm.apply: lengths has 2 numbers, expected one for each row: batch=3.',
    );
    expect(() => layerNorm({ groups: 3 }).apply(x, { gain }, statistics, { mode })).toThrow(
      'layerNorm.apply: groups is 3, expected a divisor of the 4 features.',
    );
  });
});

describe('refuseUnsummed', () => {
  const { spec } = batchNorm({ over: 'frame' });

  it('names a strategy that needs other rows and does not sum over ranks', () => {
    for (const needs of ['frame', 'sequence'] as const) {
      const normalizers = new Map<string, Pick<Normalizer, 'needs' | 'spec'>>([
        ['layers.0.inputToHidden', layerNorm()],
        ['layers.0.cell', { spec, needs }],
      ]);
      expect(() => refuseUnsummed('train', normalizers)).toThrow(
        usageError(
          'train: the strategy "batch" at layers.0.cell needs rows of the whole batch, which ranks hold in parts, and does not sum over ranks.',
        ),
      );
    }
  });

  it('refuses statistics of own rows alone, which would differ from rank to rank', () => {
    expect(() => refuseUnsummed('train', new Map([['cell', online()]]))).toThrow(
      'train: the strategy "online" at cell needs rows of the whole batch',
    );
  });

  it('takes those that sum, and those that need their own row alone', () => {
    const normalizers = [
      layerNorm(),
      batchNorm({ over: 'frame' }),
      batchNorm({ over: 'sequence' }),
    ];
    const paths = new Map(normalizers.map((normalizer, k) => [String(k), normalizer]));
    expect(() => refuseUnsummed('train', paths)).not.toThrow();
  });
});
