import { presets } from '@bnrnn/experiments';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder, type Finished } from './bnrnn';
import { syntheticSpeech, trainSpeech } from './syntheticSpeech';

const folder = newFolder();

/** The tiny presets that vary how a baseline is normalized. */
const variantsOf = (baseline: string): string[] =>
  presets.filter((preset) => preset.baseline === baseline).map(({ name }) => name);

const short = ['--data', 'synthetic', '--backend', 'wasm', '--max-steps', '4', '--json'];
const few = ['--set', 'evaluation.maxBatches=2', '--set', 'evaluation.recalibrationBatches=2'];

/** Expects that a run took its steps and that its model is evaluated in each mode, to finite losses. */
async function expectEvaluated(trained: Finished, run: string): Promise<void> {
  expect(trained.status, trained.stderr).toBe(0);
  const { steps, lastLoss } = lastJson(trained) as { steps: number; lastLoss: number };
  expect(steps).toBeGreaterThanOrEqual(4);
  expect(Number.isFinite(lastLoss)).toBe(true);
  const evaluated = await bnrnn(folder, 'evaluate', run, '--statistics', 'all', '--json');
  expect(evaluated.status, evaluated.stderr).toBe(0);
  const { results } = lastJson(evaluated) as { results: Record<string, unknown>[] };
  expect(results.map(({ statistics }) => statistics).sort()).toEqual([
    'batch',
    'recalibrated',
    'running',
  ]);
  for (const { nllPerWord, nllPerFrame } of results) {
    expect(Number.isFinite(nllPerWord ?? nllPerFrame)).toBe(true);
  }
}

describe('presets of strategies train and are evaluated in each mode', { timeout: 120_000 }, () => {
  it.each(variantsOf('ptb-small-tiny'))('%s', async (preset) => {
    const trained = await bnrnn(folder, 'train', preset, ...short, ...few, '--out', preset);
    await expectEvaluated(trained, preset);
  });

  describe('of speech', () => {
    beforeAll(() => syntheticSpeech(folder));

    it.each(variantsOf('wsj-birnn-tiny'))('%s', async (preset) => {
      await expectEvaluated(await bnrnn(folder, ...trainSpeech(preset, preset)), preset);
    });
  });
});
