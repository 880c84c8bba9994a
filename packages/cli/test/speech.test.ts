import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AlignmentTable, Entry } from '@bnrnn/data-wsj-features';
import {
  openDataDirectory,
  readAlignments,
  readEntries,
  writeArk,
} from '@bnrnn/data-wsj-features/node';
import { expectClose } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder, readJsonFile, type Finished } from './bnrnn';
import { speechFiles, syntheticSpeech, trainSpeech } from './syntheticSpeech';

const folder = newFolder();
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const data = process.env['BNRNN_DATA'] ?? join(repository, '..', 'shared', 'data');
const timit = join(data, 'kaldi-timit');
const runs: Record<string, Finished> = {};

beforeAll(async () => {
  await syntheticSpeech(folder);
  runs['plain'] = await bnrnn(folder, ...trainSpeech('wsj-birnn-tiny', 'plain'));
  runs['bn'] = await bnrnn(folder, ...trainSpeech('wsj-birnn-bn-tiny', 'bn'));
}, 240_000);

interface Row {
  statistics: string;
  nllPerFrame: number;
  frameErrorRate: number;
}

interface Result {
  evaluations: { split: string; statistics: string; frameErrorRate: number; units: number }[];
  best: { frameErrorRate: number };
}

const evaluate = async (run: string, ...flags: string[]): Promise<Row[]> =>
  lastJson(await bnrnn(folder, 'evaluate', run, '--json', ...flags))['results'] as Row[];

const trainFrames = (): number =>
  readFileSync(join(folder, 'synthetic/data/train/utt2num_frames'), 'utf8')
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);

describe('train wsj-birnn-bn', () => {
  it('prints the contract’s fields, the error rate of frames among them', () => {
    const json = lastJson(runs['bn']!);
    expect(Object.keys(json)).toEqual([
      'preset',
      'recipe',
      'backend',
      'precision',
      'seed',
      'steps',
      'firstLoss',
      'lastLoss',
      'unitsPerSecond',
      'runFolder',
      'validation',
    ]);
    expect(json).toMatchObject({ preset: 'wsj-birnn-bn-tiny', recipe: 'paper-text', seed: 1 });
    const { validation } = json as { validation: Row };
    expect(Object.keys(validation)).toEqual(['statistics', 'nllPerFrame', 'frameErrorRate']);
    expect(validation.statistics).toBe('running');
    expect(json['firstLoss']).toBeCloseTo(Math.log(24), 0);
    expect(validation.nllPerFrame).toBeLessThan((json['firstLoss'] as number) - 0.5);
    expect(validation.frameErrorRate).toBeGreaterThan(0.05);
    expect(validation.frameErrorRate).toBeLessThan(0.85);
  });

  it('tells what data it found, how features are made, and the parameters', () => {
    const { stdout } = runs['bn']!;
    expect(stdout).toMatch(/^corpus train: 24 classes; [\d,]+ train, [\d,]+ valid frames$/m);
    expect(stdout).toContain(
      'frames of 6 values, normalized by mean-variance of each speaker, deltas of order 2: 18 inputs',
    );
    expect(stdout).toMatch(/^synthetic\/data\/train: \d+ utterances$/m);
    expect(stdout).toContain('seed 1: 3,864 parameters');
  });

  it('leaves a run folder with the frames of each class', () => {
    for (const file of ['config.json', 'events.jsonl', 'result.json', 'report.html']) {
      expect(existsSync(join(folder, 'bn', file)), file).toBe(true);
    }
    expect(existsSync(join(folder, 'bn', 'vocabulary.json'))).toBe(false);
    const { features, frames } = readJsonFile(folder, 'bn', 'classes.json') as {
      features: number;
      frames: number[];
    };
    expect(features).toBe(18);
    expect(frames).toHaveLength(24);
    expect(frames.reduce((sum, count) => sum + count, 0)).toBe(trainFrames());
    expect(readJsonFile(folder, 'bn', 'config.json')).toMatchObject({
      unit: 'frame',
      data: {
        train: 'synthetic/data/train',
        dev: 'synthetic/data/dev',
        alignments: ['synthetic/exp/ali_train', 'synthetic/exp/ali_dev'],
      },
      corpus: { counts: { train: trainFrames() }, classes: 24 },
      settings: {
        'model.normalize.inputToHidden': { value: 'sequence', source: 'text' },
        'data.cmvn': { value: 'mean-variance', source: 'chosen' },
        'data.deltas': { value: 2, source: 'recalled' },
        'optimizer.kind': { value: 'momentum', source: 'text' },
      },
    });
  });

  it('carries the error rate through to result.json, of validation and of training batches', () => {
    const { evaluations, best } = readJsonFile(folder, 'bn', 'result.json') as unknown as Result;
    expect(evaluations.map(({ split, statistics }) => [split, statistics])).toEqual([
      ['valid', 'running'],
      ['train', 'running'],
    ]);
    const { validation } = lastJson(runs['bn']!) as { validation: Row };
    expect(evaluations[0]!.frameErrorRate).toBe(validation.frameErrorRate);
    expect(evaluations[1]!.units).toBeLessThan(trainFrames());
    expect(best.frameErrorRate).toBeLessThanOrEqual(validation.frameErrorRate + 0.1);
  });

  it('takes --cmvn, --deltas and --normalize, and stores them', async () => {
    const flags = ['--cmvn', 'mean', '--deltas', '1', '--normalize', 'layer', '--max-steps', '1'];
    const { status, stdout, stderr } = await bnrnn(
      folder,
      ...trainSpeech('wsj-birnn-tiny', 'other', ...flags),
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('normalized by mean of each speaker, deltas of order 1: 12 inputs');
    expect(readJsonFile(folder, 'other', 'config.json')).toMatchObject({
      settings: {
        'data.cmvn': { value: 'mean', source: 'user' },
        'data.deltas': { value: 1, source: 'user' },
        'model.normalize.inputToHidden': { value: 'layer', source: 'user' },
      },
    });
  });
});

describe('train --bad-utterances', () => {
  const odd = join(folder, 'odd');
  const flags = (out: string, ...more: string[]): string[] => [
    ...trainSpeech(
      'wsj-birnn-tiny',
      out,
      '--train',
      'odd',
      '--set',
      'schedule.maxSteps=3',
      ...more,
    ),
  ];

  beforeAll(async () => {
    const entries: Entry[] = [];
    for await (const entry of readEntries(join(folder, 'synthetic/data/train')))
      entries.push(entry);
    const [first, second] = entries;
    if (first?.kind !== 'matrix' || second?.kind !== 'matrix') throw new Error('no matrices');
    first.matrix.data[7] = NaN;
    const { rows } = second.matrix;
    entries[1] = { ...second, matrix: { rows, columns: 5, data: new Float32Array(rows * 5) } };
    mkdirSync(odd);
    await writeArk(join(odd, 'feats.ark'), entries, { scp: join(odd, 'feats.scp') });
    for (const file of ['utt2spk', 'utt2num_frames', 'cmvn.scp']) {
      copyFileSync(join(folder, 'synthetic/data/train', file), join(odd, file));
    }
  });

  it('refuses, before the first step, what a header tells, and says how to go on', async () => {
    const { status, stderr } = await bnrnn(folder, ...flags('refused'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/the features have 5 values a frame, those of most utterances 6\./);
    expect(stderr).toContain('--bad-utterances drop');
    expect(existsSync(join(folder, 'refused'))).toBe(false);
    const wrong = await bnrnn(folder, ...flags('refused', '--bad-utterances', 'ignore'));
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('--bad-utterances is "ignore", expected one of: refuse, drop');
  });

  it('drops them, counts and names them in events and result, and resumes', async () => {
    const finished = await bnrnn(folder, ...flags('dropped', '--bad-utterances', 'drop'));
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/^odd: \d+ utterances, left out: 2 bad features$/m);
    expect(finished.stderr).toMatch(/left out: .*key t0000-000000, .*hold 1 NaN of \d+ values/);
    const keys = ['t0000-000001', 't0000-000000'];
    const leftOut = [{ split: 'train', reason: 'bad features', keys }];
    expect(readJsonFile(folder, 'dropped', 'result.json')).toMatchObject({ steps: 3, leftOut });
    expect(readJsonFile(folder, 'dropped', 'config.json')).toMatchObject({
      data: { badUtterances: 'drop' },
    });
    const events = readFileSync(join(folder, 'dropped', 'events.jsonl'), 'utf8');
    expect(events).toContain(
      `"message":"train: 2 utterances were left out (bad features): ${keys.join(', ')}."`,
    );
    const resumed = await bnrnn(
      folder,
      'train',
      'wsj-birnn-tiny',
      '--out',
      'dropped',
      '--resume',
      '--max-steps',
      '4',
    );
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(readJsonFile(folder, 'dropped', 'result.json')).toMatchObject({ steps: 4, leftOut });
    const [row] = await evaluate('dropped', '--split', 'train', '--statistics', 'batch');
    expect(row?.nllPerFrame).toBeGreaterThan(0);
  });
});

describe('evaluate', () => {
  it('evaluates the dev directory under each choice of statistics', async () => {
    const rows = await evaluate('bn', '--split', 'dev');
    expect(rows.map(({ statistics }) => statistics)).toEqual(['batch', 'running', 'recalibrated']);
    expect(new Set(rows.map(({ nllPerFrame }) => nllPerFrame)).size).toBe(3);
    const { validation } = lastJson(runs['bn']!) as { validation: Row };
    expect(rows[1]).toEqual(validation);
    const plain = await evaluate('plain');
    expect(new Set(plain.map(({ nllPerFrame }) => nllPerFrame)).size).toBe(1);
  });

  it('evaluates the whole training directory and keeps that in result.json', async () => {
    const [row] = await evaluate('bn', '--split', 'train', '--statistics', 'running');
    const { evaluations } = readJsonFile(folder, 'bn', 'result.json') as unknown as Result;
    expect(
      evaluations.find(({ split, statistics }) => split === 'train' && statistics === 'running'),
    ).toMatchObject({ frameErrorRate: row!.frameErrorRate, units: trainFrames() });
  });

  it('evaluates any other directory as test', async () => {
    const flags = ['--data', 'synthetic/data/dev', '--alignments', 'synthetic/exp/ali_dev'];
    const [row] = await evaluate('bn', '--split', 'test', '--statistics', 'running', ...flags);
    const { validation } = lastJson(runs['bn']!) as { validation: Row };
    expect(row).toEqual(validation);
  });

  it('refuses other data than the run’s', async () => {
    const { status, stderr } = await bnrnn(
      folder,
      'evaluate',
      'bn',
      '--dev',
      'synthetic/data/train',
    );
    expect(status).toBe(1);
    expect(stderr).toContain('is not the corpus of this run: the SHA-256 of valid begins');
  });
});

describe('report', () => {
  it('puts frame classifiers into the form of table 1 and draws their error rates', async () => {
    const flags = ['--out', 'both.html', '--curves', 'curves'];
    const { status, stdout } = await bnrnn(folder, 'report', 'plain', 'bn', ...flags);
    expect(status).toBe(0);
    expect(stdout).toMatch(/preset +statistics +train FCE +train FER +dev FCE +dev FER/);
    expect(stdout).toMatch(
      /^wsj-birnn-bn-tiny +running +\d\.\d{3} +0\.\d{3} +\d\.\d{3} +0\.\d{3}$/m,
    );
    const svg = readFileSync(join(folder, 'curves', 'error.svg'), 'utf8');
    expect(svg).toContain('frame error rate (%)');
    expect(readFileSync(join(folder, 'both.html'), 'utf8')).toContain('Frame error rate');
  });
});

describe('posteriors', () => {
  /** Each utterance's matrix by key. */
  const matrices = async (file: string) => {
    const found = new Map<string, { rows: number; columns: number; data: Float32Array }>();
    for await (const { key, matrix } of readEntries(join(folder, file), { kind: 'matrix' })) {
      found.set(key, { ...matrix, data: matrix.data as Float32Array });
    }
    return found;
  };
  const errorsOf = (
    all: Awaited<ReturnType<typeof matrices>>,
    alignments: AlignmentTable,
  ): number => {
    let [wrong, frames] = [0, 0];
    for (const [key, { rows, columns, data }] of all) {
      alignments.read(key).forEach((label, t) => {
        const row = data.subarray(t * columns, (t + 1) * columns);
        if (row.indexOf(Math.max(...row)) !== label) wrong++;
      });
      frames += rows;
    }
    return wrong / frames;
  };

  it('writes log p(pdf | frame) of every frame: they sum to one and their errors are the evaluation’s', async () => {
    const { status, stdout, stderr } = await bnrnn(
      folder,
      ...['posteriors', 'bn', '--data', 'synthetic/data/dev', '--out', 'post.ark'],
      ...['--scp', 'post.scp'],
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('post.ark: log-posteriors of 24 classes');
    const all = await matrices('post.ark');
    const { features } = await openDataDirectory(join(folder, 'synthetic/data/dev'));
    expect([...all.keys()]).toEqual(features.keys);
    for (const [key, { rows, columns, data }] of all) {
      expect([rows, columns]).toEqual([features.frames(key), 24]);
      const sum = data.subarray(24, 48).reduce((total, x) => total + Math.exp(x), 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    await features.close();
    expect((await matrices('post.scp')).size).toBe(all.size);
    const alignments = await readAlignments(join(folder, 'synthetic/exp/ali_dev'));
    const { validation } = lastJson(runs['bn']!) as { validation: Row };
    expect(errorsOf(all, alignments)).toBeCloseTo(validation.frameErrorRate, 10);
  });

  it('subtracts the log of each class’s share of the training frames', async () => {
    const flags = ['--out', 'likelihoods.ark', '--subtract-log-priors'];
    const finished = await bnrnn(
      folder,
      ...['posteriors', 'bn', '--data', 'synthetic/data/dev', ...flags],
    );
    expect(finished.stdout).toContain('likelihoods.ark: log-likelihoods of 24 classes');
    const [plain, less] = [await matrices('post.ark'), await matrices('likelihoods.ark')];
    const { frames } = readJsonFile(folder, 'bn', 'classes.json') as { frames: number[] };
    const total = frames.reduce((sum, count) => sum + count + 0.5, 0);
    const priors = frames.map((count) => Math.log((count + 0.5) / total));
    for (const [key, { data }] of less) {
      const expected = plain.get(key)!.data.map((x, i) => x - priors[i % 24]!);
      expectClose(data, expected, { rtol: 1e-6 });
    }
  });
});

describe('bench', () => {
  it('times steps on random frames beside their matrix products', async () => {
    const flags = ['--steps', '1', '--frames', '20', '--backend', 'wasm', '--json'];
    const result = lastJson(await bnrnn(folder, 'bench', 'wsj-birnn-bn-tiny', ...flags));
    expect(result).toMatchObject({ preset: 'wsj-birnn-bn-tiny', unit: 'frame' });
    // 160 rows in two directions of two layers of 32 units, 69 inputs, 3,546 classes.
    const rows = 160;
    const recurrent = 3 * rows * 32 * 128;
    const first = 2 * rows * 69 * 128 + recurrent;
    const second = 3 * rows * 64 * 128 + recurrent;
    expect(result['matmulFlops']).toBe(2 * (2 * (first + second) + 3 * rows * 64 * 3_546));
    const step = result['stepMilliseconds'] as number;
    expect(result['unitsPerSecond']).toBeCloseTo((1000 * rows) / step, 6);
    expect(result['normalizationShare']).toBeTypeOf('number');
  });
});

describe('--alignments of a folder that is not the data’s', () => {
  it('is told in one sentence', async () => {
    const args = trainSpeech('wsj-birnn-tiny', 'nowhere');
    const only = args.filter((arg) => arg !== 'synthetic/exp/ali_dev');
    const { status, stderr } = await bnrnn(folder, ...only);
    expect(status).toBe(1);
    expect(stderr).toContain('synthetic/data/dev: none of its utterances has an alignment.');
    expect(speechFiles).toContain('synthetic/exp/ali_dev');
  });
});

describe.skipIf(!existsSync(timit))('a real Kaldi recipe (BNRNN_DATA)', () => {
  it('trains 30 steps on its monophone states and the loss falls', async () => {
    const result = await bnrnn(
      folder,
      ...['train', 'wsj-birnn-bn-tiny', '--out', 'timit', '--max-steps', '30', '--json'],
      ...['--train', join(timit, 'data/train_tr90'), '--dev', join(timit, 'data/train_cv10')],
      ...['--alignments', join(timit, 'exp/mono_ali')],
    );
    expect(result.status, result.stderr).toBe(0);
    expect(result.stdout).toContain(
      'corpus train_tr90: 144 classes; 804,729 train, 89,469 valid frames',
    );
    expect(result.stdout).toContain('normalized by mean-variance of each speaker');
    const json = lastJson(result);
    expect(json['firstLoss']).toBeCloseTo(Math.log(144), 0);
    expect(json['lastLoss'] as number).toBeLessThan((json['firstLoss'] as number) - 1.5);
    expect((json['validation'] as Row).frameErrorRate).toBeLessThan(0.8);
  }, 240_000);
});
