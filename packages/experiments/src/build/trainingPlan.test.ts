import { describe, expect, it } from 'vitest';
import { completeRun, resolveRun } from '../config/resolveRun';
import { readOverride } from '../settings/readSetting';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { runBatches } from './runBatches';
import { trainingPlan } from './trainingPlan';

const tokens = (length: number) => Int32Array.from({ length }, (_, i) => i % 11);
const info = { name: 'made', sha256: { train: 'ab' }, counts: { train: 1400 }, classes: 11 };
const corpus = {
  name: 'made',
  splits: { train: tokens(1400), valid: tokens(700), test: tokens(650) },
  info,
};

const facts = {
  ...{ backend: 'cpu', corpus: info },
};

const planOf = (from: typeof corpus, preset: string, recipe: string, ...set: string[]) => {
  const overrides = set.map(readOverride);
  const draft = resolveRun(language, { preset, recipe, seed: 5, data: 'made', overrides });
  return trainingPlan(completeRun(draft, facts), {
    train: runBatches(draft.settings, from, 'train'),
    valid: runBatches(draft.settings, from, 'valid'),
  });
};

const plan = (preset: string, recipe: string, ...set: string[]) =>
  planOf(corpus, preset, recipe, ...set);

describe('trainingPlan', () => {
  it('writes the authors’ recipe as options of train', () => {
    const { data, ...rest } = plan('ptb-small-bn', 'authors-code');
    expect(rest).toEqual({
      optimizer: { kind: 'sgd' },
      schedule: { initial: 1, decayFactor: 2, firstDecayedEpoch: 5, every: 4 },
      clip: { maxNorm: 5, at: 'at or above' },
      seed: 5,
      epochs: 5,
      evaluation: { statistics: ['batch'], perEpoch: 2 },
      run: { preset: 'ptb-small-bn', recipe: 'authors-code', backend: 'cpu', corpus: info },
    });
    // 32 streams of 20 steps fit twice; the state starts afresh in the middle.
    expect(data.train.batchesPerEpoch).toBe(2);
    const resets = [...(data.train.batches(0) as Iterable<{ resetState: boolean }>)];
    expect(resets.map(({ resetState }) => resetState)).toEqual([true, true]);
    expect(data.valid?.batchesPerEpoch).toBe(1);
  });

  it('cuts the tokens by the layout, batch and time of the recipe', () => {
    const { data, schedule, clip } = plan('ptb-small', 'tensorflow');
    expect(data.train.batchesPerEpoch).toBe(3);
    const [first, second] = [
      ...(data.train.batches(0) as Iterable<{
        batch: number;
        time: number;
        inputs: Int32Array;
        resetState: boolean;
      }>),
    ];
    expect(first).toMatchObject({ batch: 20, time: 20, resetState: true });
    expect(second).toMatchObject({ resetState: false });
    // Stream 1 starts at floor(1400 / 20) = 70 and 70 % 11 = 4.
    expect(first?.inputs[1]).toBe(4);
    expect(schedule.firstDecayedEpoch).toBe(5);
    expect(clip).toEqual({ maxNorm: 5, at: 'above' });
  });

  it('builds the optimizer that was asked for, and clips where a threshold is set', () => {
    const momentum = plan(
      'ptb-small',
      'zaremba',
      'optimizer.kind=momentum',
      'optimizer.momentum=0.5',
    );
    expect(momentum.optimizer).toEqual({ kind: 'momentum', momentum: 0.5 });
    const adam = plan('ptb-small', 'zaremba', 'optimizer.kind=adam', 'optimizer.maxGradientNorm=0');
    expect(adam.optimizer).toEqual({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    expect(adam).not.toHaveProperty('clip');
  });

  it('writes the paper’s frame classifier as options of train', () => {
    const source = { batchesPerEpoch: 3, batches: () => [] };
    const data = { train: 'train', dev: 'dev', alignments: ['ali'] };
    const draft = resolveRun(speech, { preset: 'wsj-birnn-bn', data });
    const config = completeRun(draft, facts);
    expect(trainingPlan(config, { train: source, valid: source })).toEqual({
      data: { train: source, valid: source },
      optimizer: { kind: 'momentum', momentum: 0.9 },
      schedule: { initial: 1e-4, decayFactor: 1, firstDecayedEpoch: 2, every: 1 },
      seed: 1,
      epochs: 20,
      evaluation: { statistics: ['running'], perEpoch: 1, trainBatches: 20 },
      run: { preset: 'wsj-birnn-bn', recipe: 'paper-text', backend: 'cpu', corpus: info },
    });
  });

  it('leaves out limits that are 0 and passes on those that are not', () => {
    const limited = plan(
      'ptb-small-tiny',
      'authors-code',
      'schedule.maxSteps=9',
      'evaluation.maxBatches=4',
    );
    expect(limited.maxSteps).toBe(9);
    expect(limited.evaluation).toMatchObject({ maxBatches: 4, recalibrationBatches: 40 });
    expect(plan('ptb-small', 'zaremba')).not.toHaveProperty('maxSteps');
  });

  it('refuses a batch larger than a split, and says what would fit', () => {
    expect(() => plan('ptb-small', 'authors-code', 'data.batch=100')).toThrow(
      'The train split of made has 1400 tokens and does not fill one batch: data.batch=100 streams of ' +
        'data.time=20 steps need 2001 (data.layout=authors).',
    );
    const short = { ...corpus, splits: { ...corpus.splits, valid: tokens(30) } };
    expect(() => planOf(short, 'ptb-small', 'zaremba')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('The valid split of made has 30 tokens') as string,
        hint: 'Would fit: --set data.batch=1.',
      }),
    );
  });
});
