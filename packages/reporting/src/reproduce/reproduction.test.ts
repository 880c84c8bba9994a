import type { RunEvent } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { config, evaluation, evaluationEvent, run, startEvent } from '../../test/fixtures';
import type { Run } from '../run/run';
import { bestReading, readingsOf } from './readings';
import { summarizeRun } from '../compare/runSummary';
import { reproductionSvg } from './reproductionSvg';
import { reproductionTable } from './reproductionTable';

/** A run of whole epochs of 10 steps: training and validation loss of each, recalibrated at the end. */
function epochs(
  preset: string,
  seed: number,
  losses: readonly (readonly [number, number])[],
  end: number,
): Run {
  const base = run([9.2], {
    config: config({ preset, seed, commit: '0b1c9e7d3f5a2468-changed' }),
    evaluations: [evaluation('recalibrated', end)],
  });
  const events: RunEvent[] = losses.flatMap(([train, valid], epoch) => [
    evaluationEvent({
      epoch,
      step: 10 * (epoch + 1),
      nllPerUnit: valid,
      perplexity: Math.exp(valid),
    }),
    {
      type: 'epoch' as const,
      ...{ step: 10 * (epoch + 1), epoch, at: 0, learningRate: 1, seconds: 1 },
      ...{
        trainNllPerUnit: train,
        trainPerplexity: Math.exp(train),
        trainPerplexityMeanOfBatches: Math.exp(train),
      },
    },
  ]);
  return { ...base, events: [startEvent({ preset, seed }), ...events] };
}

const ln = Math.log;
const baseline = epochs(
  'ptb-small',
  1,
  [
    [ln(100), ln(140)],
    [ln(80), ln(120)],
  ],
  ln(118),
);
const treatment = epochs(
  'ptb-small-bn',
  1,
  [
    [ln(90), ln(130)],
    [ln(60), ln(150)],
  ],
  ln(121),
);
const model = (preset: string, runs: readonly Run[], train = 1, valid = 1) => ({
  preset,
  paper: { train: [train], valid: [valid] },
  runs,
  planned: 2,
  command: `train ${preset}`,
});

describe('readingsOf', () => {
  it('puts the training loss of its epoch beside each validation, and finds the best', () => {
    const readings = readingsOf(summarizeRun(treatment));
    expect(readings.map(({ epoch, train, valid }) => [epoch, train?.nats, valid.nats])).toEqual([
      [1, ln(90), ln(130)],
      [2, ln(60), ln(150)],
    ]);
    expect(bestReading(readings)?.epoch).toBe(1);
    expect(bestReading([])).toBeUndefined();
  });

  it('takes the training batches that were evaluated with a validation instead', () => {
    const frames = {
      ...treatment,
      events: [
        startEvent(),
        evaluationEvent({ split: 'train', nllPerUnit: 0.9, frameErrorRate: 0.25 }),
        evaluationEvent({ nllPerUnit: 1.2, frameErrorRate: 0.4 }),
      ],
    };
    expect(readingsOf(summarizeRun(frames))).toEqual([
      {
        step: 10,
        epoch: 1,
        train: { nats: 0.9, errorRate: 0.25 },
        valid: { nats: 1.2, errorRate: 0.4 },
      },
    ]);
  });
});

describe('reproductionTable', () => {
  const table = reproductionTable(
    'Table 2',
    'word',
    [
      {
        baseline: model('ptb-small', [baseline], 78.5, 119.2),
        treatment: model('ptb-small-bn', [treatment], 62.5, 120.9),
      },
    ],
    'csv',
  );
  const rows = table.trimEnd().split('\n');

  it('reads each arm at its own best, at the baseline’s best, and at the end', () => {
    expect(rows[1]).toBe(
      'ptb-small,78.5 / 119.2,80.0 / 120.0,80.0 / 120.0,80.0 / 118.0,1 (1 of 2),train ptb-small,0b1c9e7-changed',
    );
    expect(rows[2]).toBe(
      'ptb-small-bn,62.5 / 120.9,90.0 / 130.0,60.0 / 150.0,60.0 / 121.0,1 (1 of 2),train ptb-small-bn,0b1c9e7-changed',
    );
  });

  it('gives the mean and deviation over seeds, and leaves out what diverged', () => {
    const second = epochs('ptb-small', 2, [[ln(90), ln(124)]], ln(122));
    const diverged = {
      ...epochs('ptb-small', 3, [[ln(1e3), ln(1e3)]], ln(1e3)),
      result: { ...baseline.result!, diverged: { step: 4, message: 'the loss is NaN' } },
    };
    const text = reproductionTable(
      'Table 2',
      'word',
      [
        {
          baseline: model('ptb-small', [baseline, second, diverged], 78.5, 119.2),
          treatment: model('ptb-small-bn', [], 62.5, 120.9),
        },
      ],
      'csv',
    ).split('\n');
    expect(text[1]).toContain('85.0 ± 7.1 / 122.0 ± 2.8');
    expect(text[2]).toBe('ptb-small-bn,62.5 / 120.9,–,–,–,– of 2,train ptb-small-bn,–');
  });

  it('gives characters in nats and words in perplexity, in one table', () => {
    const ofCharacters = (run: Run): Run => ({
      ...run,
      config: { ...run.config, unit: 'character' },
    });
    const [plain, normalized] = [0, 0.04].map((more) =>
      ofCharacters(epochs('ptb-char-rnn', 1, [[1 + more, 1.1 + more]], 1.1 + more)),
    ) as [Run, Run];
    const lines = reproductionTable(
      'The figures',
      'word',
      [
        { baseline: model('characters', [plain]), treatment: model('characters-bn', [normalized]) },
        { baseline: model('words', [baseline]), treatment: model('words-bn', []) },
      ],
      'markdown',
    ).split('\n');
    expect(lines[0]).toContain('nats a character; perplexity, training / validation');
    expect(lines[4]).toContain('1.000 / 1.100');
    expect(lines[5]).toContain('1.040 / 1.140');
    expect(lines[6]).toContain('80.0 / 120.0');
  });

  it('names the data of the runs beside the paper’s', () => {
    const speech: Run = {
      ...baseline,
      config: {
        ...baseline.config,
        unit: 'frame',
        corpus: { ...baseline.config.corpus, name: 'train_tr90', counts: { train: 804_729 } },
      },
    };
    const [first, second] = [[speech], []].map((runs) =>
      reproductionTable('Table 1', 'frame', [
        { baseline: model('wsj-birnn', runs), treatment: model('wsj-birnn-bn', runs) },
      ]),
    );
    expect(first!.replaceAll(/\s+/g, ' ')).toContain(
      'Data of our runs: train_tr90, 804,729 training frames. Data of the paper: Wall Street Journal.',
    );
    expect(second).not.toContain('Data of');
  });
});

describe('reproductionSvg', () => {
  it('draws our runs and the paper’s points dashed, and the same bytes again', async () => {
    const arms = [
      {
        label: 'ptb-small',
        paper: [
          [1, 150],
          [2, 125],
        ] as const,
        runs: [baseline],
      },
      {
        label: 'ptb-small-bn',
        paper: [
          [1, 140],
          [2, 128],
        ] as const,
        runs: [treatment],
      },
    ];
    const options = { split: 'valid', measure: 'perplexity', unit: 'word' } as const;
    const svg = await reproductionSvg(arms, options);
    expect(svg.match(/stroke-dasharray="5,4"/g)).toHaveLength(2);
    expect(svg).toContain('validation perplexity against the epoch; dashed: the paper');
    expect(svg).toContain('>epoch (dashed: the paper)<');
    const ours = arms.map((arm) => ({ ...arm, paper: [] }));
    expect(await reproductionSvg(ours, options)).toContain('>epoch<');
    expect(await reproductionSvg(arms, options)).toBe(svg);
  });
});
