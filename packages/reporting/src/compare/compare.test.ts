import { UsageError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import {
  bnSettings,
  corpus,
  evaluation,
  evaluationEvent,
  otherCorpus,
  run,
} from '../../test/fixtures';
import { baselineOf } from './baselineOf';
import { comparedPairs } from './comparedPairs';
import { averagedSteps } from './averagedSteps';
import { compareRuns } from './compareRuns';
import { measuredDifferences } from './measuredDifferences';
import { lossWindow, summarizeRun } from './runSummary';
import { formatSpread, spreadOf } from './spread';

const falling = (from: number, steps: number) =>
  Array.from({ length: steps }, (_, i) => from - 0.01 * i);

const baseline = run(falling(9, 20), {
  evaluations: [evaluation('batch', 5, { perplexity: 131.1 })],
});
const treated = run(falling(8.88, 20), {
  config: { preset: 'ptb-small-bn', settings: bnSettings },
  evaluations: [
    evaluation('batch', 4.9, { perplexity: 130 }),
    evaluation('recalibrated', 5.02, { perplexity: 134.2 }),
  ],
});

describe('spreadOf', () => {
  it('is the mean and the sample deviation of the runs that have the number', () => {
    expect(spreadOf([1, undefined, 3, 8])).toEqual({ mean: 4, deviation: Math.sqrt(13), count: 3 });
    expect(spreadOf([5])).toEqual({ mean: 5, deviation: undefined, count: 1 });
    expect(spreadOf([undefined])).toBeUndefined();
  });

  it('says when some runs lack the number', () => {
    const one = (value: number) => value.toFixed(1);
    expect(formatSpread(spreadOf([1, 3]), one, 2)).toBe('2.0 ± 1.4');
    expect(formatSpread(spreadOf([1, undefined]), one, 2)).toBe('1.0 (1 of 2)');
    expect(formatSpread(undefined, one, 2)).toBe('–');
  });
});

describe('baselineOf', () => {
  it.each([
    ['ptb-small-bn', 'ptb-small'],
    ['ptb-small-bn-sum', 'ptb-small'],
    ['ptb-small-rnn-bn', 'ptb-small-rnn'],
    ['ptb-small-bn-tiny', 'ptb-small-tiny'],
    ['ptb-small-cooijmans', 'ptb-small'],
    ['wsj-birnn-bn', 'wsj-birnn'],
    ['ptb-small', undefined],
    ['ptb-small-tiny', undefined],
    ['ptb-small-rnn', undefined],
  ])('of %s is %s by its name', (preset, expected) =>
    expect(baselineOf({ preset })).toBe(expected),
  );

  it('is what the configuration says, whatever the name', () => {
    expect(baselineOf({ preset: 'mine', baseline: 'ptb-small' })).toBe('ptb-small');
    expect(baselineOf({ preset: 'ptb-small-bn', baseline: null })).toBeUndefined();
  });
});

describe('compareRuns', () => {
  it('compares losses at the last step that every run reached, as a mean of the steps before it', () => {
    const longer = run(falling(8, 40), { config: { preset: 'ptb-small-bn' } });
    const comparison = compareRuns([baseline, longer]);
    expect([comparison.step, comparison.window, comparison.logged]).toEqual([20, 2, 2]);
    // Steps 19 and 20: 9 − 0.18 and 9 − 0.19; 8 − 0.18 and 8 − 0.19.
    expect(comparison.groups.map(({ lossAtStep }) => lossAtStep?.mean.toFixed(4))).toEqual([
      '8.8150',
      '7.8150',
    ]);
    expect(comparison.groups[1]?.lastLoss?.mean).toBeCloseTo(7.61, 10);
  });

  it('tells of a thinned log how many of the steps it averages over', () => {
    const full = run(falling(9, 100));
    const thinned = {
      ...full,
      events: full.events.filter((event) => event.type !== 'step' || event.step % 5 === 0),
    };
    const comparison = compareRuns([thinned]);
    expect(averagedSteps(comparison)).toBe('10 steps (2 of them logged)');
    expect(averagedSteps(compareRuns([full]))).toBe('10 steps');
    // Steps 95 and 100.
    expect(comparison.groups[0]?.lossAtStep?.mean).toBeCloseTo(9 - 0.965, 10);
  });

  it('averages over a tenth of the steps, one at least and fifty at most', () => {
    expect([1, 19, 20, 499, 500, 18876].map(lossWindow)).toEqual([1, 1, 2, 49, 50, 50]);
  });

  it('puts runs together that differ in their seed alone', () => {
    const seeds = [1, 2, 3].map((seed) => run([9, 6 + seed], { config: { seed } }));
    const { groups } = compareRuns([...seeds, treated]);
    expect(groups.map(({ label, seeds: own }) => [label, own])).toEqual([
      ['ptb-small', [1, 2, 3]],
      ['ptb-small-bn', [1]],
    ]);
    expect(groups[0]?.lastLoss).toEqual({ mean: 8, deviation: 1, count: 3 });
  });

  it('keeps runs of one preset apart that differ in recipe, backend or a setting, and says in what', () => {
    const faster = {
      ...bnSettings,
      'optimizer.learningRate': { value: 2, source: 'user' as const },
    };
    const slower = {
      ...bnSettings,
      'optimizer.learningRate': { value: 1, source: 'code' as const },
    };
    const preset = 'ptb-small-bn';
    const labels = compareRuns([
      run([9], { config: { preset, settings: slower } }),
      run([9], { config: { preset, settings: faster } }),
      run([9], { config: { recipe: 'zaremba' } }),
      run([9], { config: { backend: 'simd' } }),
      run([9], { config: { backend: 'simd', precision: 'bf16x3' } }),
    ]).groups.map(({ label }) => label);
    expect(labels).toEqual([
      'ptb-small-bn (optimizer.learningRate 1)',
      'ptb-small-bn (optimizer.learningRate 2)',
      'ptb-small (zaremba, wasm)',
      'ptb-small (authors-code, simd)',
      'ptb-small (bf16x3, authors-code, simd)',
    ]);
  });

  it('names a precision other than float32, also where all runs have it', () => {
    const config = { precision: 'bf16' } as const;
    expect(compareRuns([run([9], { config })]).groups[0]?.label).toBe('ptb-small (bf16)');
  });

  it('takes an unfinished run from its events: the newest evaluation, the last step', () => {
    const events = [
      ...baseline.events.slice(0, 6),
      evaluationEvent({ nllPerUnit: 6, perplexity: 403.4 }),
      evaluationEvent({ nllPerUnit: 5.5, perplexity: 244.7 }),
    ];
    const summary = summarizeRun({ ...baseline, events, result: undefined });
    expect(summary.steps).toBe(5);
    expect(summary.lastLoss).toBeCloseTo(8.96, 10);
    expect(summary.evaluations.map(({ nllPerUnit }) => nllPerUnit)).toEqual([5.5]);
    expect(summary.unitsPerSecond).toBeCloseTo(9000, 8);
  });

  it('takes a resumed run that has gone beyond its result from its events too', () => {
    const early = run([9, 8.5], { evaluations: [evaluation('batch', 5)] });
    const later = { ...run([9, 8.5, 8, 7.5]), result: early.result };
    expect(summarizeRun(later)).toMatchObject({ steps: 4, lastLoss: 7.5, evaluations: [] });
  });

  it('refuses two corpora, naming both', () => {
    const other = run([9], { config: { corpus: otherCorpus }, folder: 'runs/glosses' });
    const mix = () => compareRuns([baseline, other]);
    expect(mix).toThrow(UsageError);
    expect(mix).toThrow(
      'compareRuns: "ptb" of runs/ptb-small-1 (train SHA-256 fcea919f6cf83f35) and "glosses" of ' +
        'runs/glosses (train SHA-256 0123456789abcdef) are different data, and their numbers cannot stand in one table.',
    );
  });

  it('refuses a corpus that differs in its validation split alone, or in its unit', () => {
    const sha256 = { ...corpus.sha256, valid: 'f'.repeat(64) };
    const other = run([9], { config: { corpus: { ...corpus, sha256 } } });
    expect(() => compareRuns([baseline, other])).toThrow(
      /valid SHA-256 c9fe6985fe0d4ccb.*ffffffffffffffff/,
    );
    const letters = run([9], { config: { unit: 'character' } });
    expect(() => compareRuns([baseline, letters])).toThrow(/words and .* characters/);
    expect(() => compareRuns([])).toThrow('there are no runs');
  });

  it('takes the same data under another name', () => {
    const renamed = run([9], { config: { corpus: { ...corpus, name: 'penn' } } });
    expect(compareRuns([baseline, renamed]).groups).toHaveLength(1);
  });
});

describe('measuredDifferences', () => {
  const sentences = (...runs: Parameters<typeof compareRuns>[0]) =>
    measuredDifferences(compareRuns(runs));

  it('says how far below and above, with the numbers', () => {
    expect(sentences(baseline, treated)).toEqual([
      "At step 20 the training loss of ptb-small-bn is 0.120 nats per word below ptb-small's " +
        "(8.695 against 8.815, mean of 2 steps); its validation perplexity is 3.1 above ptb-small's " +
        '(134.2 against 131.1, recalibrated statistics). One seed each.',
    ]);
  });

  it('names the statistics of both where both are normalized and differ in them', () => {
    const layer = run([9], {
      config: { preset: 'ptb-small-layer', settings: bnSettings },
      evaluations: [evaluation('batch', 5)],
    });
    expect(sentences(layer, treated)[0]).toContain('recalibrated statistics against batch');
  });

  it('keeps the sign when it is the other way round', () => {
    const worse = run(falling(9.25, 20), {
      config: { preset: 'ptb-small-bn' },
      evaluations: [evaluation('batch', 4.8, { perplexity: 121.5 })],
    });
    expect(sentences(worse, baseline)).toEqual([
      "At step 20 the training loss of ptb-small-bn is 0.250 nats per word above ptb-small's " +
        "(9.065 against 8.815, mean of 2 steps); its validation perplexity is 9.6 below ptb-small's " +
        '(121.5 against 131.1, batch statistics). One seed each.',
    ]);
  });

  it('says equal when no shown digit differs', () => {
    const same = run(falling(9.0001, 20), { config: { preset: 'ptb-small-bn' } });
    expect(sentences(baseline, same)).toEqual([
      "At step 20 the training loss of ptb-small-bn equals ptb-small's (8.815 against 8.815, mean of 2 steps). One seed each.",
    ]);
  });

  it('states a difference that the numbers shown give', () => {
    const one = run([8.0004], { config: { preset: 'ptb-small-bn' } });
    // 0.0009 apart, shown as 8.000 and 7.999.
    expect(sentences(run([7.9994]), one)[0]).toContain('is 0.001 nats per word above');
  });

  it('counts the seeds and says when the steps differ', () => {
    const two = [1, 2].map((seed) =>
      run(falling(9, 20), { config: { seed }, evaluations: [evaluation('batch', 5)] }),
    );
    const long = run(falling(8, 1200), {
      config: { preset: 'ptb-small-bn' },
      evaluations: [evaluation('batch', 5)],
    });
    const [sentence] = sentences(...two, long);
    expect(sentence).toContain(
      "equals ptb-small's (148.4 against 148.4, batch statistics, after 1,200 and 20 steps)",
    );
    expect(sentence).toMatch(/Means over 1 seed against 2\.$/);
  });

  it('compares frames by their error rate', () => {
    const frame = (preset: string, frameErrorRate: number) =>
      run([2], {
        config: { preset, unit: 'frame' },
        evaluations: [evaluation('running', 1.1, { frameErrorRate })],
      });
    expect(sentences(frame('wsj-birnn', 0.33), frame('wsj-birnn-bn', 0.3412))[0]).toContain(
      "its validation frame error rate is 1.12 percentage points above wsj-birnn's (34.12 % against 33.00 %, running statistics)",
    );
  });

  it('has nothing to say of one model', () => {
    expect(sentences(baseline)).toEqual([]);
  });
});

describe('comparedPairs', () => {
  const named = (preset: string, more: object = {}) => run([9], { config: { preset, ...more } });
  const pairs = (...runs: Parameters<typeof compareRuns>[0]) =>
    comparedPairs(compareRuns(runs)).map(({ baseline: a, treatment: b }) => [a.label, b.label]);

  it('finds each baseline by name, whatever the order', () => {
    expect(
      pairs(named('ptb-medium-bn'), named('ptb-small'), named('ptb-small-bn'), named('ptb-medium')),
    ).toEqual([
      ['ptb-medium', 'ptb-medium-bn'],
      ['ptb-small', 'ptb-small-bn'],
    ]);
  });

  it('pairs by the configuration, also a preset with a normalizer of the caller', () => {
    const mine = { baseline: 'ptb-small', settings: bnSettings };
    expect(pairs(named('ptb-small', mine), named('ptb-small', { baseline: null }))).toEqual([
      [
        'ptb-small (model.normalize.inputToHidden none)',
        'ptb-small (model.normalize.inputToHidden frame)',
      ],
    ]);
    expect(pairs(named('plain', { baseline: null }), named('mine', { baseline: 'plain' }))).toEqual(
      [['plain', 'mine']],
    );
  });

  it('takes the baseline of the same recipe', () => {
    expect(
      pairs(named('ptb-small', { recipe: 'zaremba' }), named('ptb-small'), named('ptb-small-bn')),
    ).toEqual([['ptb-small (authors-code)', 'ptb-small-bn']]);
  });

  it('measures what has no baseline here against the first', () => {
    const rate = { 'optimizer.learningRate': { value: 2, source: 'user' } };
    expect(pairs(named('ptb-small'), named('ptb-small', { settings: rate }))).toHaveLength(1);
    expect(pairs(named('ptb-small-bn'), named('ptb-small-layer'))).toEqual([
      ['ptb-small-bn', 'ptb-small-layer'],
    ]);
  });
});
