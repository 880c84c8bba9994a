import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, start } from './bnrnn';
import { syntheticSpeech, trainSpeech } from './syntheticSpeech';

const folder = newFolder();

interface LoggedEvent {
  readonly type: string;
  readonly step: number;
  readonly loss?: number;
  readonly split?: string;
  readonly frameErrorRate?: number;
}

/** Steps and evaluations of a run with their numbers: a resumed run has each once. */
function logged(run: string): unknown[] {
  return readFileSync(join(folder, run, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent)
    .filter(({ type }) => type === 'step' || type === 'evaluation')
    .map(({ type, step, loss, split, frameErrorRate }) => [
      type,
      step,
      loss,
      split,
      frameErrorRate,
    ]);
}

const stepsDone = (run: string): number => {
  const file = join(folder, run, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('"type":"step"').length - 1 : 0;
};

/** SHA-256 of everything the newest checkpoint holds: weights, statistics, the optimizer's memory. */
function finalBits(run: string): string {
  const checkpoints = join(folder, run, 'checkpoints');
  const newest = readdirSync(checkpoints)
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
    .at(-1)!;
  return createHash('sha256')
    .update(readFileSync(join(checkpoints, newest)))
    .digest('hex');
}

const presets = ['wsj-birnn-bn-tiny', 'wsj-birnn-whiten-tiny'] as const;
type Preset = (typeof presets)[number];

const wholeOf = (preset: Preset): string => (preset === presets[0] ? 'whole' : `whole-${preset}`);
const steps = new Map<Preset, number>();

beforeAll(async () => {
  await syntheticSpeech(folder);
  for (const preset of presets) {
    const whole = await bnrnn(folder, ...trainSpeech(preset, wholeOf(preset)));
    if (whole.status !== 0) throw new Error(whole.stderr);
    steps.set(preset, lastJson(whole)['steps'] as number);
  }
}, 240_000);

describe('SIGKILL and --resume of a frame classifier', () => {
  it.each([
    [presets[0], 'the first epoch', 5],
    [presets[0], 'the second epoch', 17],
    [presets[1], 'the second epoch', 17],
  ] as const)(
    '%s in the middle of %s: the same bits as the uninterrupted run',
    async (preset, _, moment) => {
      const run = `killed-${preset}-${moment}`;
      const child = start(folder, trainSpeech(preset, run));
      const end = finished(child);
      while (child.exitCode === null && stepsDone(run) < moment) await setTimeout(2);
      expect(child.kill('SIGKILL')).toBe(true);
      await end;
      expect(stepsDone(run)).toBeLessThan(steps.get(preset)!);
      expect(existsSync(join(folder, run, 'result.json'))).toBe(false);
      // The files are where the run says, so that no flag has to name them again.
      const resumed = await bnrnn(folder, ...['train', preset, '--out', run, '--resume', '--json']);
      expect(resumed.status, resumed.stderr).toBe(0);
      expect(lastJson(resumed)['steps']).toBe(steps.get(preset));
      expect(logged(run)).toEqual(logged(wholeOf(preset)));
      expect(finalBits(run)).toBe(finalBits(wholeOf(preset)));
    },
    240_000,
  );

  it.each([
    [['--deltas', '1'], 'data.deltas is 2 in the run and 1 here'],
    [['--cmvn', 'none'], 'data.cmvn is mean-variance in the run and none here'],
    [['--normalize', 'none'], 'model.normalize.inputToHidden is sequence in the run and none here'],
    [['--train', 'synthetic/data/dev'], 'is not the corpus of this run'],
  ])('refuses %o', async (more, sentence) => {
    const args = ['train', 'wsj-birnn-bn-tiny', '--out', 'whole', '--resume', ...more];
    const { status, stderr } = await bnrnn(folder, ...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(sentence);
  });
});
