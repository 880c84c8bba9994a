import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, readJsonFile, start, type Finished } from './bnrnn';

const folder = newFolder();
const strategy = fileURLToPath(
  new URL('../../../docs/examples/own-normalizer/mad.mjs', import.meta.url),
);
const steps = 24;
const own = ['--strategy', strategy];
const everywhere = ['inputToHidden', 'hiddenToHidden', 'cell'].flatMap((placement) => [
  '--set',
  `model.normalize.${placement}=mad`,
]);

const args = (out: string, ...more: string[]): string[] => [
  ...['train', 'ptb-small-tiny', '--data', 'synthetic', '--backend', 'wasm', '--out', out],
  ...['--max-steps', String(steps), '--set', 'checkpoints.everySteps=4', '--json'],
  ...['--set', 'evaluation.maxBatches=3', '--set', 'evaluation.recalibrationBatches=3', ...more],
];

const checkpoints = (run: string): string[] =>
  readdirSync(join(folder, run, 'checkpoints')).filter((name) => name.endsWith('.json'));

/** The differences of the last step of a parity, by parameter. */
function parametersOf(parity: Finished): Record<string, number> {
  const { steps } = lastJson(parity) as { steps: { parameters: Record<string, number> }[] };
  return steps.at(-1)!.parameters;
}

/** SHA-256 of everything that the last checkpoint holds. */
function finalBits(run: string): string {
  const last = checkpoints(run).sort().at(-1)!;
  const { tensors } = readJsonFile(folder, run, 'checkpoints', last) as {
    tensors: { sha256: string };
  };
  return tensors.sha256;
}

describe('the strategy of docs/examples/own-normalizer', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    const whole = await bnrnn(folder, ...args('whole', ...own, ...everywhere));
    expect(whole.status, whole.stderr).toBe(0);
    const plain = await bnrnn(folder, ...args('plain'));
    expect(plain.status, plain.stderr).toBe(0);
  }, 300_000);

  it('trains at W·x, h·U and the cell, and its file stands in config.json', () => {
    const { strategies, settings, baseline } = readJsonFile(folder, 'whole', 'config.json') as {
      strategies: unknown;
      settings: Record<string, { value: unknown }>;
      baseline: unknown;
    };
    const sha256 = createHash('sha256').update(readFileSync(strategy)).digest('hex');
    expect(strategies).toEqual([{ kind: 'mad', sha256 }]);
    expect(settings['model.normalize.cell']!.value).toBe('mad');
    expect(baseline).toBe('ptb-small-tiny');
    const result = readJsonFile(folder, 'whole', 'result.json') as {
      firstLoss: number;
      lastLoss: number;
    };
    expect(result.lastLoss).toBeLessThan(result.firstLoss);
  });

  it('is killed and resumed to the same bits', async () => {
    const child = start(folder, args('killed', ...own, ...everywhere));
    const ended = finished(child);
    for (let waited = 0; waited < 1200; waited++) {
      await setTimeout(50);
      try {
        if (checkpoints('killed').length > 0) break;
      } catch {
        // The folder is not there yet.
      }
    }
    child.kill('SIGKILL');
    await ended;
    const without = await bnrnn(folder, ...args('killed', '--resume'));
    expect(without.status).not.toBe(0);
    expect(without.stderr).toContain('trained with the normalization strategy "mad"');
    const resumed = await bnrnn(folder, ...args('killed', '--resume', ...own));
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(finalBits('killed')).toBe(finalBits('whole'));
  });

  it('takes the sum by --set and W·x by --normalize', async () => {
    const sum = await bnrnn(
      folder,
      ...args('sum', ...own, '--set', 'model.normalize.preActivation=mad'),
    );
    expect(sum.status, sum.stderr).toBe(0);
    const short = await bnrnn(folder, ...args('short', ...own, '--normalize', 'mad'));
    expect(short.status, short.stderr).toBe(0);
    expect(finalBits('short')).not.toBe(finalBits('sum'));
  });

  it('is evaluated, generates and is reported beside its baseline', async () => {
    const evaluated = await bnrnn(
      folder,
      ...['evaluate', 'whole', '--statistics', 'all', '--json', ...own],
    );
    expect(evaluated.status, evaluated.stderr).toBe(0);
    const { results } = lastJson(evaluated) as { results: { perplexity: number }[] };
    expect(results).toHaveLength(3);
    // No statistics: all choices are one and the same.
    expect(new Set(results.map(({ perplexity }) => perplexity)).size).toBe(1);
    const text = await bnrnn(folder, 'generate', 'whole', '--words', '5', '--json', ...own);
    expect(text.status, text.stderr).toBe(0);
    expect(String(lastJson(text)['text']).split(' ').length).toBeGreaterThan(1);
    const report = await bnrnn(folder, 'report', 'plain', 'whole', '--markdown', ...own);
    expect(report.status, report.stderr).toBe(0);
    expect(report.stdout).toContain('ptb-small-tiny');
  });

  it('is benched, compared on two backends and swept beside built-in strategies', async () => {
    const bench = await bnrnn(
      folder,
      ...['bench', 'ptb-small-tiny', '--steps', '1', '--backend', 'cpu', '--vocabulary', '50'],
      ...['--normalize', 'mad', '--json', ...own],
    );
    expect(bench.status, bench.stderr).toBe(0);
    expect(lastJson(bench)['normalizationShare']).toEqual(expect.any(Number));
    const parity = await bnrnn(
      folder,
      ...['parity', 'cpu', 'wasm', 'ptb-small-tiny', '--steps', '2', '--json', ...own],
      ...['--set', 'model.normalize.inputToHidden=mad'],
    );
    expect(parity.status, parity.stderr).toBe(0);
    expect(Object.keys(parametersOf(parity))).toContain('layers.0.inputToHidden.gain');
    const sweep = await bnrnn(
      folder,
      ...['sweep', 'ptb-small-tiny', '--data', 'synthetic', '--backend', 'wasm', '--jobs', '1'],
      ...['--set', 'model.normalize.inputToHidden=mad,layer', '--max-steps', '2', '--json', ...own],
    );
    expect(sweep.status, sweep.stderr).toBe(0);
    const { runs } = lastJson(sweep) as { runs: { state: string }[] };
    expect(runs.map(({ state }) => state)).toEqual(['evaluated', 'evaluated']);
    const unknown = await bnrnn(
      folder,
      ...['sweep', 'ptb-small-tiny', '--set', 'model.normalize.inputToHidden=mad'],
    );
    expect(unknown.status).toBe(2);
  });

  it('refuses another version of the file, no strategy, and a kind without its file', async () => {
    const other = join(folder, 'mad.mjs');
    writeFileSync(other, "export default { kind: 'mad', create: () => undefined };\n");
    const edited = await bnrnn(folder, 'evaluate', 'whole', '--strategy', other);
    expect(edited.status).toBe(1);
    expect(edited.stderr).toMatch(/the file of "mad" has SHA-256 .*, expected .* as in training/);
    const nothing = join(folder, 'nothing.mjs');
    writeFileSync(nothing, 'export default 3;\n');
    const none = await bnrnn(folder, ...args('none', '--strategy', nothing));
    expect(none.status).toBe(2);
    expect(none.stderr).toContain('is no strategy, expected { kind, create }');
    const unknown = await bnrnn(folder, ...args('unknown', '--normalize', 'mad'));
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('--normalize');
  });
});
