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

let steps: number;

beforeAll(async () => {
  await syntheticSpeech(folder);
  const whole = await bnrnn(folder, ...trainSpeech('wsj-birnn-bn-tiny', 'whole'));
  if (whole.status !== 0) throw new Error(whole.stderr);
  steps = lastJson(whole)['steps'] as number;
}, 240_000);

describe('SIGKILL and --resume of a frame classifier', () => {
  it.each([
    ['the first epoch', 5],
    ['the second epoch', 17],
  ])(
    'in the middle of %s: the same bits as the uninterrupted run',
    async (_, moment) => {
      const run = `killed-${moment}`;
      const child = start(folder, trainSpeech('wsj-birnn-bn-tiny', run));
      const end = finished(child);
      while (child.exitCode === null && stepsDone(run) < moment) await setTimeout(2);
      expect(child.kill('SIGKILL')).toBe(true);
      await end;
      expect(stepsDone(run)).toBeLessThan(steps);
      expect(existsSync(join(folder, run, 'result.json'))).toBe(false);
      // The files are where the run says, so that no flag has to name them again.
      const resumed = await bnrnn(
        folder,
        ...['train', 'wsj-birnn-bn-tiny', '--out', run, '--resume', '--json'],
      );
      expect(resumed.status, resumed.stderr).toBe(0);
      expect(lastJson(resumed)['steps']).toBe(steps);
      expect(logged(run)).toEqual(logged('whole'));
      expect(finalBits(run)).toBe(finalBits('whole'));
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
