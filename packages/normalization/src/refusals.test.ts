import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { ones, tensor1d, tensor2d, type Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { layerNorm } from './layerNorm';
import { none } from './none';
import type { NormalizerMode } from './normalizer';
import { refuseInCausalModel, refuseInsideRecurrence } from './refusals';

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
  ) =>
    normalizer.apply(
      ones<Rank.R3>(shape),
      normalizer.parameters(shape[2], { shift: true }),
      normalizer.statistics(shape[2]),
      { mode, lengths },
    );

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
    expect(apply(sequence, [5, 1, 3], 'batch').moments!.rows[0]).toBe(5);
  });

  it('takes the statistics where every step is padded to one row, and says so', () => {
    const { y, moments } = apply(frame, [2, 2, 3], 'batch', [2, 0]);
    expect([...moments!.rows]).toEqual([1, 1]);
    const one = Math.fround(1 / Math.sqrt(1 + 1e-5)); // mean 0, variance 1
    [...y.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(i % 6 < 3 ? one : 0, 6);
    });
  });

  it('refuses a single step of sequence-wise statistics, not with stored ones', () => {
    const step = (mode: NormalizerMode) =>
      sequence.applyStep(tensor2d([[1], [2]]), { gain: tensor1d([1]) }, sequence.statistics(1), {
        mode,
        step: 0,
      });
    expect(() => step('batch')).toThrow(
      usageError(
        'batchNorm.applyStep: mode "batch" with sequence-wise statistics needs the values of time steps that do not exist yet.',
      ),
    );
    expect(step('stored').y.dataSync()[1]).toBeCloseTo(2, 4);
  });

  it('refuses a single row in a step', () => {
    expect(() =>
      frame.applyStep(tensor2d([[1]]), { gain: tensor1d([1]) }, frame.statistics(1), {
        mode: 'batch',
        step: 4,
      }),
    ).toThrow('batchNorm.applyStep: mode "batch" was given 1 real row at a time step');
  });

  it('refuses parameters, statistics and masks of other sizes', () => {
    const x = ones<Rank.R3>([2, 3, 4]);
    const gain = ones<Rank.R1>([4]);
    const statistics = frame.statistics(4);
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
    expect(() => frame.apply(x, { gain }, frame.statistics(3), { mode })).toThrow(
      'batchNorm.apply: statistics.mean is [1, 3], expected [rows=1, features=4].',
    );
    expect(() => frame.apply(x, { gain }, layerNorm().statistics(4), { mode })).toThrow(
      'batchNorm.apply: statistics have 0 rows, expected at least 1.',
    );
    expect(() => frame.apply(x, { gain }, statistics, { mode, lengths: [2, 2] })).toThrow(
      'batchNorm.apply: lengths has 2 numbers, expected one for each row: batch=3.',
    );
    expect(() => layerNorm({ groups: 3 }).apply(x, { gain }, statistics, { mode })).toThrow(
      'layerNorm.apply: groups is 3, expected a divisor of the 4 features.',
    );
  });
});
