import { randomStream, UsageError } from '@bnrnn/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { claimsTable, judgeClaims, paperClaims, type JudgedClaim } from '../src/index';
import type { Run, RunConfig } from '../src/run/run';
import { bnSettings, config, evaluationEvent, stepEvent } from './fixtures';

/** Experiments planted for each case; `BNRNN_PLANTED=1000` for the figures of docs/claims.md. */
const experiments = Number(process.env['BNRNN_PLANTED'] ?? 150);

const patience = 600_000;

const byId = (id: string) => paperClaims.filter((claim) => claim.id === id);
const noBetter = byId('generalizes-no-better');

interface Planted {
  seed: number;
  validation: number;
  training?: number;
  changes?: Partial<RunConfig>;
}

function run({ seed, validation, training = 4, changes = {} }: Planted): Run {
  const losses = Array.from({ length: 60 }, (_, i) => training + 400 / (10 * i + 10));
  return {
    folder: `runs/${seed}`,
    config: config({ seed, ...changes }),
    events: [
      ...losses.map((loss, i) => stepEvent(10 * i + 10, loss)),
      evaluationEvent({ step: 600, nllPerUnit: validation }),
    ],
    result: undefined,
  };
}

const normalized = (seed: number, validation: number, training = 4): Run => ({
  ...run({
    seed,
    validation,
    training,
    changes: { preset: 'ptb-small-bn', settings: bnSettings },
  }),
  folder: `runs/bn-${seed}`,
});

/** Pairs whose difference in validation is normal with mean `effect` and deviation 0.02. */
function plant(pairs: number, effect: number, experiment: number): JudgedClaim {
  const noise = randomStream('planted', experiment).normal(2 * pairs, 0, 1);
  const runs = Array.from({ length: pairs }, (_, i) => {
    const base = 4.8 + 0.1 * (noise[2 * i] as number);
    const own = base + effect + 0.02 * (noise[2 * i + 1] as number);
    return [run({ seed: i + 1, validation: base }), normalized(i + 1, own)];
  }).flat();
  return judgeClaims(noBetter, runs)[0] as JudgedClaim;
}

describe.each([
  { pairs: 6, power: 0.6 },
  { pairs: 10, power: 0.85 },
])('planted results, $pairs pairs', ({ pairs, power }) => {
  const margin = -0.01;
  // Three standard errors of a share near 0.05 beside the bound of 1.5 points.
  const slack = 0.015 + 3 * Math.sqrt((0.05 * 0.95) / experiments) * (experiments < 1000 ? 1 : 0);
  const at = (effect: number) =>
    Array.from({ length: experiments }, (_, i) => plant(pairs, effect, i));
  const share = (claims: readonly JudgedClaim[], holds: (claim: JudgedClaim) => boolean) =>
    claims.filter(holds).length / claims.length;
  let null_: JudgedClaim[] = [];

  beforeAll(() => {
    null_ = at(margin);
  }, patience);

  test('an effect at the margin is called supported, or contradicted, one time in twenty', () => {
    for (const verdict of ['supported', 'contradicted'] as const) {
      const wrong = share(null_, (claim) => claim.verdict === verdict);
      expect(Math.abs(wrong - 0.05), `${verdict}: ${wrong}`).toBeLessThanOrEqual(slack);
    }
  });

  test('the interval holds the true difference 19 times in twenty', () => {
    const covered = share(null_, ({ interval }) => {
      const [low, high] = interval ?? [NaN, NaN];
      return low <= margin && margin <= high;
    });
    expect(Math.abs(covered - 0.95)).toBeLessThanOrEqual(slack);
  });

  test(
    'a true statement is found, a false one refuted, with the stated power',
    () => {
      const effect = 0.02;
      const right = share(at(margin + effect), ({ verdict }) => verdict === 'supported');
      const refuted = share(at(margin - effect), ({ verdict }) => verdict === 'contradicted');
      const least = power - 3 * Math.sqrt((power * (1 - power)) / experiments);
      expect(right).toBeGreaterThan(least);
      expect(refuted).toBeGreaterThan(least);
    },
    patience,
  );
});

describe('judgeClaims', () => {
  const pairs = (count: number) =>
    Array.from({ length: count }, (_, i) => [
      run({ seed: i + 1, validation: 4.8, training: 4 }),
      normalized(i + 1, 4.81 + 0.001 * i, 3.8 + 0.001 * i),
    ]).flat();

  test('tells the mean difference by hand', () => {
    const [claim] = judgeClaims(noBetter, pairs(6));
    expect(claim?.difference).toBeCloseTo(0.0125, 12);
    expect(claim).toMatchObject({
      verdict: 'supported',
      pairs: 6,
      seeds: [1, 2, 3, 4, 5, 6],
      runs: [1, 2, 3, 4, 5, 6].map((seed) => [`runs/bn-${seed}`, `runs/${seed}`]),
      p: 1 / 64,
      adjustedP: 1 / 64,
      margin: -0.01,
    });
  });

  test('takes the settings of a search with one seed as its pairs', () => {
    const rates = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    const points = rates.flatMap((value) => {
      const rate = { 'optimizer.learningRate': { value, source: 'user' } } as const;
      const changes = { settings: { ...config({}).settings, ...rate } };
      const base = run({ seed: 1, validation: 4 + value, changes });
      const preset = 'ptb-small-bn';
      const settings = { ...bnSettings, ...rate };
      return [base, run({ seed: 1, validation: 4.02 + value, changes: { preset, settings } })];
    });
    const [search, ...others] = judgeClaims(noBetter, points);
    expect(others).toEqual([]);
    expect(search).toMatchObject({ verdict: 'supported', pairs: 7, seeds: [1], p: 1 / 128 });
    expect(search?.experiment).toBe('ptb-small-bn − ptb-small, authors-code, 7 settings');
    // Five settings cannot decide: each stands for itself.
    const few = judgeClaims(noBetter, points.slice(0, 10));
    expect(few.map(({ pairs, verdict }) => [pairs, verdict])).toEqual(
      Array.from({ length: 5 }, () => [1, 'undecided']),
    );
    // A second seed at a setting makes that setting an experiment of its own.
    const second = { ...(points[0] as Run), config: { ...(points[0] as Run).config, seed: 2 } };
    const twin = { ...(points[1] as Run), config: { ...(points[1] as Run).config, seed: 2 } };
    const mixed = judgeClaims(noBetter, [...points, second, twin]);
    expect(mixed.map(({ pairs }) => pairs).sort()).toEqual([2, 6]);
  });

  test("a rate below the recipe's is no higher rate", () => {
    const atRates = [0.5, 1, 2].flatMap((value) => {
      const source = value === 1 ? 'code' : 'user';
      const settings = { ...bnSettings, 'optimizer.learningRate': { value, source } } as const;
      const changes = { preset: 'ptb-small-bn', settings };
      return [1, 2].map((seed) => run({ seed, validation: 4.8, changes }));
    });
    const judged = judgeClaims(byId('higher-rates-do-not-help'), atRates);
    expect(judged.map(({ experiment, pairs }) => [experiment, pairs])).toEqual([
      ['ptb-small-bn, authors-code, rate 2 − 1', 2],
    ]);
  });

  test('leaves out pairs with a run that diverged, and counts them', () => {
    const runs = pairs(8);
    // ln 10,000 is 9.2: a guess is better than the first run, and the second has no loss.
    runs[0] = run({ seed: 1, validation: 36.9, training: 4 });
    runs[3] = normalized(2, 4.8, NaN);
    const [claim] = judgeClaims(noBetter, runs);
    expect(claim).toMatchObject({ pairs: 6, diverged: 2, seeds: [3, 4, 5, 6, 7, 8] });
    const table = claimsTable([claim as JudgedClaim]);
    expect(table).toContain('6 of 8');
    expect(table).toContain('Pairs with a run that diverged are left out');
    expect(claimsTable(judgeClaims(noBetter, pairs(8)))).not.toContain('left out');
  });

  test('five pairs never decide, and it says how many would', () => {
    const [claim] = judgeClaims(noBetter, pairs(5));
    expect(claim).toMatchObject({
      verdict: 'undecided',
      pairs: 5,
      adjustedP: null,
      pairsNeeded: 6,
    });
  });

  test("Holm's family: four claims of six pairs at p = 1/64 decide nothing, of seven all", () => {
    const four = ['trains-faster', 'lower-training-loss', 'generalizes-no-better'].flatMap(byId);
    const family = [...four, { ...noBetter[0]!, id: 'again' }];
    expect(judgeClaims(family, pairs(6)).map(({ verdict }) => verdict)).toEqual(
      Array(4).fill('undecided'),
    );
    const seven = judgeClaims(family, pairs(7));
    expect(seven.map(({ verdict }) => verdict)).toEqual(Array(4).fill('supported'));
    expect(seven[0]?.adjustedP).toBeCloseTo(4 / 128, 12);
  });

  test('updates to the training loss of the baseline half-way', () => {
    const [claim] = judgeClaims(byId('trains-faster'), pairs(6));
    expect(claim?.verdict).toBe('supported');
    // The mean of 4 + 400/s over (100, 300] is reached, 0.2 lower, by the mean over (90, 290].
    expect(claim?.difference).toBeCloseTo(290 / 300 - 1, 12);
  });

  test('compares validations under recalibrated statistics where both have them', () => {
    const [base, own] = [run({ seed: 1, validation: 4.8 }), normalized(1, 4.9)];
    const again = {
      ...own,
      events: [
        ...own.events,
        evaluationEvent({ step: 600, statistics: 'recalibrated', nllPerUnit: 4.83 }),
      ],
    };
    expect(judgeClaims(noBetter, [base, again])[0]?.difference).toBeCloseTo(0.03, 12);
  });

  test('runs of another recipe, corpus, seed or setting are no pair', () => {
    const base = run({ seed: 1, validation: 4.8 });
    for (const changes of [
      { recipe: 'zaremba' },
      { seed: 2 },
      { settings: { ...bnSettings, 'model.units': { value: 300, source: 'user' as const } } },
      { corpus: { ...base.config.corpus, sha256: { train: 'ab'.repeat(32) } } },
    ]) {
      const other = normalized(1, 4.9);
      const changed = { ...other, config: { ...other.config, ...changes } };
      expect(() => judgeClaims(paperClaims, [base, changed])).toThrow(UsageError);
    }
  });

  test('refuses a run that is there twice, and names both folders', () => {
    const again = { ...normalized(2, 4.9), folder: 'runs/again' };
    expect(() => judgeClaims(noBetter, [...pairs(6), again])).toThrow(
      /runs\/bn-2 and runs\/again are the same run of seed 2 in ptb-small-bn − ptb-small/,
    );
    const base = { ...run({ seed: 3, validation: 4.8 }), folder: 'runs/base' };
    expect(() => judgeClaims(noBetter, [...pairs(6), base])).toThrow(/runs\/base are the same run/);
  });

  test('pairs of one seed on all and on a part of a corpus tell whether more data narrows the gap', () => {
    const onShare = (seed: number, share: number, gap: number): Run => {
      const whole = normalized(seed, 4 + gap);
      const { corpus, settings } = whole.config;
      const own = {
        ...corpus,
        sha256: { ...corpus.sha256, train: String(100 * share).padStart(64, '0') },
        counts: { ...corpus.counts, train: Math.round(share * (corpus.counts['train'] ?? 0)) },
      };
      const changed = {
        ...settings,
        'data.trainShare': { value: share, source: 'user' as const },
        'schedule.epochs': { value: 5, source: 'figure' as const },
      };
      const epoch = {
        ...{ type: 'epoch' as const, step: 600, epoch: 0, at: 1, learningRate: 1, seconds: 1 },
        ...{ trainNllPerUnit: 4, trainPerplexity: 54.6, trainPerplexityMeanOfBatches: 60 },
      };
      return {
        ...whole,
        config: { ...whole.config, corpus: own, settings: changed },
        events: [...whole.events, epoch],
      };
    };
    const seeds = [1, 2, 3, 4, 5, 6];
    const runs = seeds.flatMap((seed) => [
      onShare(seed, 1, 0.5 + 0.01 * seed),
      onShare(seed, 0.25, 0.8),
    ]);
    const [claim, ...more] = judgeClaims(byId('overfitting-shrinks-with-data'), runs);
    expect(more).toEqual([]);
    expect(claim).toMatchObject({
      experiment: 'ptb-small-bn, authors-code, all − 232397 words',
      verdict: 'supported',
      seeds: [1, 2, 3, 4, 5, 6],
    });
    expect(claim?.difference).toBeCloseTo(0.535 - 0.8, 12);

    // Longer runs on the part are an experiment of their own: a seed counts once in each.
    const longer = runs
      .filter(({ config: { settings } }) => settings['data.trainShare']?.value === 0.25)
      .map((one) => {
        const epochs = { value: 20, source: 'user' as const };
        const settings = { ...one.config.settings, 'schedule.epochs': epochs };
        return { ...one, config: { ...one.config, settings } };
      });
    const name = 'ptb-small-bn, authors-code, all − 232397 words';
    const apart = judgeClaims(byId('overfitting-shrinks-with-data'), [...runs, ...longer]);
    expect(apart.map(({ experiment, seeds: own }) => [experiment, own])).toEqual([
      [`${name}, schedule.epochs 5`, seeds],
      [`${name}, schedule.epochs 5 − 20`, seeds],
    ]);

    // Neither as many epochs nor as many updates: no pair.
    const longest = longer.map((one) => ({ ...one, events: [...one.events, stepEvent(900, 4)] }));
    const alone = judgeClaims(byId('overfitting-shrinks-with-data'), [...runs, ...longest]);
    expect(alone.map(({ experiment }) => experiment)).toEqual([name]);

    // Pairs on all and pairs on a part are two experiments of the other claims.
    const twins = runs.map((one) => {
      const plain = { value: 'none', source: 'chosen' as const };
      const settings = { ...one.config.settings, 'model.normalize.inputToHidden': plain };
      return { ...one, config: { ...one.config, preset: 'ptb-small', settings } };
    });
    const both = judgeClaims(noBetter, [...runs, ...twins]);
    expect(both.map(({ experiment, seeds: own }) => [experiment, own])).toEqual([
      ['ptb-small-bn − ptb-small, authors-code, data.trainShare 1', seeds],
      ['ptb-small-bn − ptb-small, authors-code, data.trainShare 0.25', seeds],
    ]);
  });

  test('the table names verdict, interval and what was measured', () => {
    const table = claimsTable(judgeClaims(noBetter, pairs(6)));
    expect(table).toContain('generalizes-no-better');
    expect(table).toContain('ptb-small-bn − ptb-small, authors-code');
    expect(table).toContain('supported');
    expect(table).toContain('+0.011 to +0.014');
    expect(table).toContain('validation loss at the end, nats per target');
  });
});
