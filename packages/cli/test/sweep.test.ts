import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, start } from './bnrnn';

interface SweptRun {
  runFolder: string;
  preset: string;
  seed: number;
  state: string;
  settings: Record<string, unknown>;
  result?: { steps: number; lastLoss: number; seconds: number; diverged?: { step: number } };
}

const runsOf = (json: Record<string, unknown>) => json['runs'] as SweptRun[];
const common = ['--data', 'synthetic', '--backend', 'cpu', '--jobs', '2', '--json'];
const small = [...common, '--set', 'model.units=6', '--set', 'evaluation.maxBatches=3'];

describe('sweep', () => {
  it('trains every combination with every seed, evaluates and tabulates; again, it changes nothing', async () => {
    const folder = newFolder();
    const args = [
      ...['sweep', 'ptb-small-tiny', 'ptb-small-bn-tiny', ...small, '--max-steps', '4'],
      ...['--set', 'optimizer.learningRate=0.5,1', '--seeds', '1-2', '--out', 'grid'],
    ];
    const first = await bnrnn(folder, ...args);
    expect(first.stderr).not.toContain('hint:');
    expect(first.status).toBe(0);
    const json = lastJson(first);
    expect(json).toMatchObject({ out: 'grid', stopped: 'done', secondsLeft: 0 });
    expect(
      runsOf(json).map(({ preset, seed, settings, state }) => [
        preset,
        seed,
        settings['optimizer.learningRate'],
        state,
      ]),
    ).toEqual(
      [0.5, 1].flatMap((rate) =>
        ['ptb-small-tiny', 'ptb-small-bn-tiny'].flatMap((preset) =>
          [1, 2].map((seed) => [preset, seed, rate, 'evaluated']),
        ),
      ),
    );
    expect(runsOf(json).every(({ result }) => result?.steps === 4)).toBe(true);
    const csv = readFileSync(join(folder, 'grid', 'table.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(csv[0]).toBe(
      'preset,model.units,evaluation.maxBatches,optimizer.learningRate,seeds,steps,training,validation,diverged,ended',
    );
    expect(csv[1]).toMatch(
      /^ptb-small-tiny,6,3,0\.5,"1, 2",4,\d\.\d{3} ± \d\.\d{3},\d\.\d{3} ± \d\.\d{3},–,2 of 2$/,
    );
    expect(csv).toHaveLength(5);

    const again = await bnrnn(folder, ...args);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('8 runs in grid, 8 of them ended before.');
    expect(again.stderr).not.toContain('starts');
    expect(runsOf(lastJson(again))).toEqual(runsOf(json));
  }, 240_000);

  it('takes divergence as an outcome, at the same points for both arms', async () => {
    const folder = newFolder();
    const { status, stdout, stderr } = await bnrnn(
      folder,
      ...['sweep', 'ptb-small-rnn-tiny', 'ptb-small-rnn-bn-tiny', ...small, '--max-steps', '30'],
      ...['--set', 'optimizer.learningRate=log(1e36,1e38)', '--set', 'optimizer.maxGradientNorm=0'],
      ...['--draws', '1', '--out', 'drawn'],
    );
    expect(stderr).toContain('diverged after');
    expect(status).toBe(0);
    const [plain, normalized] = runsOf(lastJson({ status, stdout, stderr }));
    expect(plain?.state).toBe('diverged');
    expect(plain?.result?.diverged?.step).toBeGreaterThan(0);
    expect(plain?.result?.seconds).toBeGreaterThan(0);
    expect(existsSync(join(folder, plain!.runFolder, 'report.html'))).toBe(true);
    expect(normalized?.settings).toEqual(plain?.settings);
    expect(readFileSync(join(folder, 'drawn', 'table.md'), 'utf8')).toContain('1 of 1');
  }, 120_000);

  it('loses nothing when it is killed: its runs save, and the same command goes on', async () => {
    const folder = newFolder();
    const args = [
      ...['sweep', 'ptb-small-tiny', ...small, '--max-steps', '120', '--out', 'killed'],
      ...['--seeds', '1-2', '--set', 'checkpoints.everySteps=20'],
    ];
    const parent = start(folder, args);
    const ended = finished(parent);
    const runs = [1, 2].map((seed) =>
      join(
        folder,
        'killed',
        `ptb-small-tiny-authors-code-units6-maxBatches3-everySteps20-seed${seed}`,
      ),
    );
    const isUnderWay = (run: string) =>
      existsSync(join(run, 'checkpoints')) && readdirSync(join(run, 'checkpoints')).length > 0;
    await until(() => runs.every(isUnderWay));
    parent.kill('SIGKILL');
    await ended;
    const hasEnded = (run: string) => {
      const log = join(run, 'events.jsonl');
      return existsSync(log) && readFileSync(log, 'utf8').includes('"reason":"interrupted"');
    };
    await until(() => runs.every(hasEnded));
    const again = await bnrnn(folder, ...args);
    expect(again.stderr).toMatch(/seed1: goes on|ended before/);
    expect(again.status).toBe(0);
    expect(runsOf(lastJson(again)).map(({ state, result }) => [state, result?.steps])).toEqual([
      ['evaluated', 120],
      ['evaluated', 120],
    ]);
  }, 240_000);

  it('refuses before anything is trained', async () => {
    const folder = newFolder();
    const refused = async (...args: string[]) => {
      const { status, stderr } = await bnrnn(folder, 'sweep', ...args, '--out', 'none');
      expect(status).toBe(2);
      return stderr;
    };
    const data = ['--data', 'synthetic'];
    expect(await refused('ptb-small-tiny', ...data, '--set', 'model.units=8,many')).toContain(
      'model.units is "many", expected a number.',
    );
    expect(await refused('ptb-small-tiny', ...data, '--set', 'data.batch=log(2,9)')).toContain(
      'data.batch is a range, and a grid needs values.',
    );
    expect(
      await refused('ptb-small-tiny', ...data, '--set', 'model.units=8', '--set', 'model.units=9'),
    ).toContain('sweep: model.units is named twice.');
    expect(await refused('ptb-small-tiny', 'wsj-birnn-tiny', ...data)).toMatch(
      /--data is a flag of language models|expected one kind/,
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
  }, 120_000);
});

async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 90_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('until: it never came true.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
