import { readOverride, resolveRun, tasks } from '@bnrnn/experiments';
import { describe, expect, it, vi } from 'vitest';
import { childCommand } from './childCommand';
import { measurePace, secondsLeft, secondsOfPlan, type TimedRun } from './estimate';

vi.mock('./childCommand');

const config = (preset: string) => resolveRun(tasks.language, { preset, data: 'none' });
const length = { steps: 1_000, trainBatches: 200, validBatches: 30 };

describe('secondsLeft', () => {
  it('counts steps, validations and the evaluation at the end', () => {
    // 2 validations an epoch, 5 epochs of 200: 10 passes and 3 more, a third of a step a batch.
    const seconds = secondsLeft(config('ptb-small'), length, 30);
    expect(seconds).toBeCloseTo(0.03 * (1_000 + (13 * 30) / 3), 10);
  });

  it('counts the recalibration of a normalized model, and what is done already', () => {
    const seconds = secondsLeft(config('ptb-small-bn'), length, 30, 800);
    expect(seconds).toBeCloseTo(0.03 * (200 + (2 * 30 + 3 * 30 + 200) / 3), 10);
  });
});

describe('measurePace', () => {
  const run = (preset: string, batch: number, vocabulary: number): TimedRun => {
    const overrides = [readOverride(`data.batch=${batch}`)];
    const draft = resolveRun(tasks.language, { preset, overrides, data: 'none' });
    const { recipe, seed } = draft;
    const planned = { name: preset, preset, recipe, seed, overrides };
    return { planned, draft, length: { ...length, vocabulary } };
  };
  const runs = [
    run('ptb-char-rnn', 32, 49),
    run('ptb-char-rnn', 128, 49),
    run('ptb-char-rnn-bn', 128, 49),
    run('ptb-char-rnn-bn', 64, 49),
  ] as const;

  it('times the first run of each preset on its own vocabulary, and scales by batch', async () => {
    const asked: string[][] = [];
    vi.mocked(childCommand).mockImplementation((args) => {
      asked.push([...args]);
      const output = JSON.stringify({ stepMilliseconds: 10 * asked.length });
      return Promise.resolve({ status: 0, output, failure: undefined });
    });
    const { signal } = new AbortController();
    const pace = await measurePace(runs, { jobs: 2, threads: 1, signal });
    expect(pace).toMatchObject({ jobs: 2, threads: 1 });
    expect(runs.map((one) => pace.stepMilliseconds(one))).toEqual([10, 40, 20, 10]);
    expect(asked.map(([, preset]) => preset)).toEqual(['ptb-char-rnn', 'ptb-char-rnn-bn']);
    for (const args of asked) expect(args.join(' ')).toContain('--vocabulary 49');
  });
});

describe('secondsOfPlan', () => {
  it.each([
    [[10, 10, 10], 1, 30],
    [[10, 10, 10], 2, 20],
    [[30, 10, 10], 2, 30],
    [[], 2, 0],
  ])('%j with %i processes end after %i', (seconds, jobs, end) => {
    expect(secondsOfPlan(seconds, jobs)).toBe(end);
  });
});
