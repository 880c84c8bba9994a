import type { RunEvent } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { resultOf } from './writeResult';

const at = { epoch: 0, at: 0 };
const step = (n: number, loss: number, unitsPerSecond: number): RunEvent => ({
  ...at,
  type: 'step',
  step: n,
  loss,
  learningRate: 1,
  gradientNorm: 3,
  clipped: false,
  units: 100,
  unitsPerSecond,
});
const evaluation = (n: number, statistics: 'batch' | 'running', nllPerUnit: number): RunEvent => ({
  ...at,
  epoch: n,
  type: 'evaluation',
  step: n,
  split: 'valid',
  statistics,
  nllPerUnit,
  perplexity: Math.exp(nllPerUnit),
  perplexityMeanOfBatches: Math.exp(nllPerUnit) + 1,
  units: 50,
});

describe('resultOf', () => {
  it('takes first and last loss, the speed of all steps together, the best and the last evaluations', () => {
    const result = resultOf([
      step(1, 9, 50),
      evaluation(1, 'batch', 5),
      evaluation(1, 'running', 4.8),
      step(2, 8, 200),
      evaluation(2, 'batch', 4.5),
      evaluation(2, 'running', 4.9),
      step(3, 7, 200),
      evaluation(3, 'batch', 4.7),
      { ...at, type: 'end', step: 3, reason: 'finished', seconds: 12 },
    ]);
    expect(result).toMatchObject({ steps: 3, firstLoss: 9, lastLoss: 7, seconds: 12 });
    // 300 units in 2 + 0.5 + 0.5 seconds.
    expect(result.unitsPerSecond).toBeCloseTo(100, 10);
    expect(result.best).toEqual({ epoch: 2, nllPerUnit: 4.5, perplexity: Math.exp(4.5) });
    expect(
      result.evaluations.map(({ statistics, nllPerUnit }) => [statistics, nllPerUnit]),
    ).toEqual([
      ['batch', 4.7],
      ['running', 4.9],
    ]);
  });

  it('has the seconds of its steps where the run diverged and has no end', () => {
    // 100 units in 2 and in half a second.
    expect(resultOf([step(1, 9, 50), step(2, 8, 200)]).seconds).toBeCloseTo(2.5, 10);
  });

  it('does not take the seconds of a stop for those of a run that went on and diverged', () => {
    const stop: RunEvent = { ...at, type: 'end', step: 1, reason: 'interrupted', seconds: 2.1 };
    expect(resultOf([step(1, 9, 50), stop, step(2, 8, 200)]).seconds).toBeCloseTo(2.5, 10);
  });

  it('has no best where nothing was evaluated', () => {
    const result = resultOf([step(1, 9, 0)]);
    expect(result).not.toHaveProperty('best');
    expect(result).toMatchObject({ steps: 1, unitsPerSecond: 0, evaluations: [] });
  });
});
