import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mpiEngines } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, readJsonFile, start, type Finished } from './bnrnn';

const folder = newFolder();
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const data = process.env['BNRNN_DATA'] ?? join(repository, '..', 'shared', 'data');
const ptb = join(data, 'ptb');

const tiny = ['--data', 'synthetic', '--backend', 'wasm', '--max-steps', '60'];
const few = ['--set', 'evaluation.maxBatches=10', '--set', 'evaluation.recalibrationBatches=10'];

const runs: Record<string, Finished> = {};
beforeAll(async () => {
  for (const [name, preset] of [
    ['plain', 'ptb-small-tiny'],
    ['bn', 'ptb-small-bn-tiny'],
  ] as const) {
    runs[name] = await bnrnn(folder, 'train', preset, ...tiny, ...few, '--out', name, '--json');
  }
}, 120_000);

interface Row {
  statistics: string;
  nllPerWord: number;
  perplexity: number;
  perplexityMeanOfBatches: number;
}

const evaluateAll = async (run: string, ...flags: string[]): Promise<Row[]> => {
  const result = await bnrnn(folder, 'evaluate', run, '--statistics', 'all', '--json', ...flags);
  return lastJson(result)['results'] as Row[];
};

describe('train', () => {
  it('prints the contract’s fields as the last line', () => {
    const json = lastJson(runs['bn'] as Finished);
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
    expect(json).toMatchObject({
      preset: 'ptb-small-bn-tiny',
      recipe: 'authors-code',
      backend: 'wasm',
      seed: 1,
      steps: 60,
      runFolder: 'bn',
      validation: { statistics: 'batch' },
    });
    expect(json['firstLoss']).toBeCloseTo(Math.log(50), 1);
    expect(json['lastLoss'] as number).toBeLessThan((json['firstLoss'] as number) - 0.5);
    expect(json['unitsPerSecond'] as number).toBeGreaterThan(0);
  });

  it('prints the corpus, its hashes, its known perplexity, the backend and the parameters', () => {
    const { stdout } = runs['bn'] as Finished;
    expect(stdout).toContain(
      'corpus synthetic: 50 types; 100,000 train, 10,000 valid, 10,000 test',
    );
    expect(stdout).toMatch(/SHA-256 train [0-9a-f]{16}, valid [0-9a-f]{16}, test [0-9a-f]{16}/);
    expect(stdout).toContain("the source's perplexity is 3.5868");
    expect(stdout).toContain('backend wasm');
    expect(stdout).toContain('seed 1: 20,146 parameters');
  });

  it('leaves a whole run folder', () => {
    for (const file of [
      'config.json',
      'events.jsonl',
      'result.json',
      'report.html',
      'vocabulary.json',
    ]) {
      expect(existsSync(join(folder, 'bn', file)), file).toBe(true);
    }
    const config = readJsonFile(folder, 'bn', 'config.json');
    expect(config).toMatchObject({
      command: expect.stringContaining('bnrnn train ptb-small-bn-tiny --data synthetic') as string,
      data: 'synthetic',
      settings: {
        'schedule.maxSteps': { value: 60, source: 'user' },
        'model.normalize.inputToHidden': { value: 'frame', source: 'code' },
      },
    });
    const lines = readFileSync(join(folder, 'bn', 'events.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('start');
    expect(types.filter((type) => type === 'step')).toHaveLength(60);
    expect(types.at(-1)).toBe('end');
  });

  it('shares the first loss’s scale between baseline and treatment, and then they differ', () => {
    const [plain, bn] = [lastJson(runs['plain'] as Finished), lastJson(runs['bn'] as Finished)];
    expect(Math.abs((plain['firstLoss'] as number) - (bn['firstLoss'] as number))).toBeLessThan(
      0.1,
    );
    expect(plain['lastLoss']).not.toBe(bn['lastLoss']);
  });

  it('names folders that were not named after preset, recipe and seed, and never reuses one', async () => {
    const args = [
      'train',
      'ptb-small-tiny',
      ...tiny,
      ...few,
      '--max-steps',
      '1',
      '--seed',
      '9',
      '--json',
    ];
    const first = lastJson(await bnrnn(folder, ...args));
    const second = lastJson(await bnrnn(folder, ...args));
    expect(first['runFolder']).toBe(join('runs', 'ptb-small-tiny-authors-code-seed9'));
    expect(second['runFolder']).toBe(join('runs', 'ptb-small-tiny-authors-code-seed9-2'));
    expect(second['firstLoss']).toBe(first['firstLoss']);
  });

  it('names the command that continues a run folder', async () => {
    const { status, stderr } = await bnrnn(folder, 'train', '--resume', 'bn');
    expect(status).toBe(2);
    expect(stderr).toContain('bn is a run folder, expected a preset.');
    expect(stderr).toContain('bnrnn train ptb-small-bn-tiny --out bn --resume');
  });
});

describe('evaluate', () => {
  it('gives the contract’s fields for each choice of statistics of a normalized model', async () => {
    const rows = await evaluateAll('bn', '--split', 'test');
    expect(rows.map((row) => row.statistics)).toEqual(['batch', 'running', 'recalibrated']);
    expect(new Set(rows.map((row) => row.nllPerWord)).size).toBe(3);
    for (const row of rows) {
      expect(row.perplexity).toBeCloseTo(Math.exp(row.nllPerWord), 6);
      expect(row.perplexityMeanOfBatches).toBeGreaterThan(row.perplexity);
    }
  });

  it('gives several splits, over one recalibration, what it gives each', async () => {
    const each = [await evaluateAll('bn', '--split', 'test'), await evaluateAll('bn')];
    const both = await bnrnn(folder, 'evaluate', 'bn', '--split', 'test,dev,valid', '--json');
    expect(both.stderr.match(/recalibrated over/g)).toHaveLength(1);
    expect(lastJson(both)).toMatchObject({
      precision: 'float32',
      splits: [
        { split: 'test', results: each[0] },
        { split: 'valid', results: each[1] },
      ],
    });
    const { status, stderr } = await bnrnn(folder, 'evaluate', 'bn', '--split', 'test,tset');
    expect(status).toBe(2);
    expect(stderr).toContain('--split is "tset", expected one of: valid, dev, test, train.');
  });

  it('gives a baseline the same numbers under each choice', async () => {
    const rows = await evaluateAll('plain');
    expect(rows.map((row) => row.statistics)).toEqual(['batch', 'running', 'recalibrated']);
    expect(new Set(rows.map((row) => row.nllPerWord)).size).toBe(1);
  });

  it('keeps its numbers in result.json', async () => {
    const [row] = await evaluateAll('plain', '--split', 'valid');
    const { evaluations } = readJsonFile(folder, 'plain', 'result.json') as {
      evaluations: object[];
    };
    expect(evaluations).toContainEqual(
      expect.objectContaining({ split: 'valid', statistics: 'batch', nllPerUnit: row?.nllPerWord }),
    );
  });

  it('keeps how many training batches the statistics were recalibrated over', async () => {
    await evaluateAll('bn', '--split', 'valid');
    const { evaluations } = readJsonFile(folder, 'bn', 'result.json') as {
      evaluations: { split: string; statistics: string; recalibrationBatches?: number }[];
    };
    const kept = evaluations
      .filter(({ split }) => split === 'valid')
      .map(({ statistics, recalibrationBatches }) => [statistics, recalibrationBatches]);
    expect(Object.fromEntries(kept)).toEqual({
      batch: undefined,
      running: undefined,
      recalibrated: 10,
    });
  });

  it('folds normalizers into the weights: the same to rounding, and not recorded', async () => {
    const [, running] = await evaluateAll('bn');
    const before = readJsonFile(folder, 'bn', 'result.json');
    const folded = await bnrnn(folder, 'evaluate', 'bn', '--fold', '--json');
    expect(folded.stderr).toContain('folded 2 of 2 normalizers into the weights');
    const rows = lastJson(folded)['results'] as Row[];
    expect(rows.map((row) => row.statistics)).toEqual(['running']);
    expect(rows[0]!.nllPerWord).toBeCloseTo(running!.nllPerWord, 5);
    expect(readJsonFile(folder, 'bn', 'result.json')).toEqual(before);
    const text = ['generate', 'bn', '--words', '6', '--json'];
    const straight = lastJson(await bnrnn(folder, ...text));
    expect(lastJson(await bnrnn(folder, ...text, '--fold'))['text']).toBe(straight['text']);
    const batch = await bnrnn(folder, 'evaluate', 'bn', '--fold', '--statistics', 'batch');
    expect(batch.status).toBe(2);
    expect(batch.stderr).toContain('--statistics is batch with --fold');
  });

  it('refuses another corpus than the run’s', async () => {
    const { status, stderr } = await bnrnn(folder, 'evaluate', 'plain', '--data', 'glosses');
    expect(status).toBe(1);
    expect(stderr).toContain('glosses is not the corpus of this run');
  });
});

describe('claims', () => {
  it('pairs the runs below a folder and says what one pair cannot', async () => {
    const { status, stdout } = await bnrnn(folder, 'claims', '.', '--json');
    expect(status).toBe(0);
    expect(stdout).toContain('undecided');
    const { claims } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      claims: { id: string; verdict: string; pairs: number; difference: number }[];
    };
    const lower = claims.find(({ id }) => id === 'lower-training-loss');
    expect(lower).toMatchObject({ verdict: 'undecided', pairs: 1 });
    expect(Number.isFinite(lower?.difference)).toBe(true);
  });

  it('refuses a folder without runs', async () => {
    const { status, stderr } = await bnrnn(folder, 'claims', 'nowhere');
    expect(status).toBe(2);
    expect(stderr).toContain('there is no folder nowhere');
  });
});

describe('report', () => {
  it('puts runs side by side as a page and as tables', async () => {
    const { status, stdout } = await bnrnn(folder, 'report', 'plain', 'bn', '--out', 'both.html');
    expect(status).toBe(0);
    expect(stdout).toMatch(/At step 60 the training loss of ptb-small-bn-tiny is/);
    const page = readFileSync(join(folder, 'both.html'), 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|https?:\/\/[^"]*\.(js|css)/);
  });

  it('writes the curves as files', async () => {
    await bnrnn(folder, 'report', 'plain', 'bn', '--markdown', '--curves', 'curves');
    const svg = readFileSync(join(folder, 'curves', 'training.svg'), 'utf8');
    expect(svg).toContain('training step');
    expect(svg).toContain('ptb-small-bn');
    expect(readFileSync(join(folder, 'curves', 'validation.svg'), 'utf8')).toContain(
      'validation loss',
    );
  });

  it('prints Markdown and LaTeX', async () => {
    const { stdout } = await bnrnn(folder, 'report', 'plain', 'bn', '--markdown', '--latex');
    expect(stdout).toMatch(/^\| ptb-small-tiny/m);
    expect(stdout).toContain('\\toprule');
  });
});

describe('bench', () => {
  it('times steps beside their matrix products', async () => {
    const finished = await bnrnn(folder, 'bench', 'ptb-small-bn-tiny', '--steps', '2', '--json');
    const result = lastJson(finished);
    expect(result).toMatchObject({ preset: 'ptb-small-bn-tiny', unit: 'word' });
    // 160 rows, two layers of 32 units with six products each, and three of the softmax layer.
    expect(result['matmulFlops']).toBe(2 * (12 * 160 * 32 * 128 + 3 * 160 * 32 * 10_000));
    const step = result['stepMilliseconds'] as number;
    const bound = result['matmulBoundMilliseconds'] as number;
    expect(bound).toBeGreaterThan(0);
    expect(result['efficiency']).toBeCloseTo(bound / step, 10);
    expect(result['unitsPerSecond']).toBeCloseTo(160_000 / step, 6);
    expect(result['normalizationShare']).toBeTypeOf('number');
    expect(result['peakRssMiB']).toBeGreaterThan(50);
  });

  it('has no normalization share for a baseline', async () => {
    const finished = await bnrnn(folder, 'bench', 'ptb-small-tiny', '--steps', '1', '--json');
    expect(lastJson(finished)['normalizationShare']).toBeNull();
  });

  it('can time a normalized model alone', async () => {
    const args = ['bench', 'ptb-small-bn-tiny', '--alone', '--steps', '1', '--json'];
    expect(lastJson(await bnrnn(folder, ...args))).toMatchObject({
      preset: 'ptb-small-bn-tiny',
      normalizationShare: null,
    });
  });

  it('gives the memory of a normalized model alone, not of the plain one that is timed beside it', async () => {
    const peak = async (preset: string) => {
      const args = ['bench', preset, '--backend', 'simd', '--steps', '1', '--json'];
      return lastJson(await bnrnn(folder, ...args))['backendPeakMiB'] as number;
    };
    // The weights of a second model and their gradients take 5 MiB.
    const plain = await peak('ptb-small-tiny');
    expect(plain).toBeGreaterThan(5);
    expect((await peak('ptb-small-bn-tiny')) - plain).toBeLessThan(1);
  });
});

describe('generate', () => {
  it('continues a prompt, the same for one seed and another for another', async () => {
    const text = async (seed: string, temperature = '1') =>
      lastJson(
        await bnrnn(
          folder,
          ...['generate', 'bn', '--prompt', 'w1 w2', '--words', '20', '--json'],
          ...['--seed', seed, '--temperature', temperature],
        ),
      )['text'] as string;
    const [one, again, other] = [await text('3'), await text('3'), await text('4')];
    expect(one).toMatch(/^w1 w2\s/);
    expect(one.split(/\s+/).length).toBeGreaterThan(10);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(await text('3', '0')).toBe(await text('4', '0'));
  });
});

describe('doctor', () => {
  it('tests each backend in its own process', async () => {
    const json = lastJson(await bnrnn(folder, 'doctor', '--json'));
    expect(Object.keys(json)).toEqual(['node', 'default', 'backends', 'mpi']);
    const backends = json['backends'] as Record<string, unknown>[];
    expect(backends.map((backend) => backend['name'])).toEqual([
      'node-gpu',
      'simd',
      'node',
      'webgpu',
      'wasm',
      'cpu',
    ]);
    for (const backend of backends) {
      expect(Object.keys(backend)).toEqual([
        'name',
        'available',
        'details',
        'reason',
        'fix',
        'faster',
        'selfTest',
        'started',
      ]);
      expect(backend['selfTest']).toBe(backend['available'] === true ? 'passed' : null);
    }
    expect(backends.filter((backend) => backend['available'] === true).length).toBeGreaterThan(1);
    // With an MPI two ranks added up; without one the report says how to get it.
    const mpi = json['mpi'] as Record<string, unknown>;
    if (mpi['available'] === true) {
      expect(mpi).toMatchObject({ reason: null, fix: null, selfTest: 'passed' });
      expect(mpi['times']).toEqual({
        latencyMicroseconds: expect.any(Number) as number,
        gigabytesPerSecond: expect.any(Number) as number,
      });
    } else {
      expect(mpi['fix']).toEqual(expect.any(String));
    }
  });

  it('says what stands in the way of ranks', async () => {
    const none = await finished(start(folder, ['doctor-mpi'], { BNRNN_MPI: 'none' }));
    expect(lastJson(none)).toMatchObject({
      available: false,
      reason: 'BNRNN_MPI=none.',
      fix: 'Leave BNRNN_MPI out, or name the file of an MPI library in it.',
    });
  });

  it.skipIf(mpiEngines().length === 0)('says what a rank of the self-test said', async () => {
    const env = { BNRNN_MPI_TIMEOUT: '-1' };
    const failed = lastJson(await finished(start(folder, ['doctor-mpi'], env)));
    expect(failed).toMatchObject({ available: true, times: null });
    expect(failed['selfTest']).toMatch(/^failed: BNRNN_MPI_TIMEOUT is -1, expected/);
  });
});

describe('presets', () => {
  it('lists every row with its parameters and the source of every number', async () => {
    const json = lastJson(await bnrnn(folder, 'presets', '--recipe', 'zaremba', '--json'));
    const rows = json['presets'] as { name: string; parameters: number; settings: object }[];
    expect(rows).toHaveLength(62);
    expect(rows[0]).toMatchObject({
      name: 'ptb-small',
      parameters: 4_653_200,
      settings: { 'data.batch': { value: 20, source: 'lua' } },
    });
    expect(rows.find(({ name }) => name === 'wsj-birnn-bn')).toMatchObject({
      parameters: 8_434_546,
      recipe: 'paper-text',
      settings: { 'optimizer.kind': { value: 'momentum', source: 'text' } },
    });
  });
});

describe.skipIf(!existsSync(ptb))('real Penn Treebank (BNRNN_DATA)', () => {
  it('trains 20 steps and the loss falls', async () => {
    const result = await bnrnn(
      folder,
      ...[
        'train',
        'ptb-small-bn-tiny',
        '--data',
        ptb,
        '--max-steps',
        '20',
        '--out',
        'ptb',
        '--json',
      ],
      ...few,
    );
    expect(result.stdout).toContain(
      'corpus ptb: 10,000 types; 929,589 train, 73,760 valid, 82,430 test',
    );
    expect(result.stdout).toContain('SHA-256 train fcea919f6cf83f35');
    const json = lastJson(result);
    expect(json['firstLoss']).toBeCloseTo(Math.log(10_000), 1);
    expect(json['lastLoss'] as number).toBeLessThan((json['firstLoss'] as number) - 0.5);
  });
});
