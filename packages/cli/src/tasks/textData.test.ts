import { setFlagsFromString } from 'node:v8';
import { setTimeout } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { tasks, resolveRun, type LoadedCorpus } from '@bnrnn/experiments';
import { vocabularyFromData } from '@bnrnn/data-ptb';
import { expect, test } from 'vitest';
import { randomCorpus } from './randomCorpus';
import { textData } from './languageTask';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Buffers are swept while others run. */
async function arrayBytes(): Promise<number> {
  for (let k = 0; k < 3; k++) {
    gc();
    await setTimeout(20);
  }
  return process.memoryUsage().arrayBuffers;
}

const draft = resolveRun(tasks.language, { preset: 'ptb-small-tiny', data: 'synthetic' });
const tokens = 4_000_000;

/** Three splits of 16 MB each. */
function corpus(): LoadedCorpus {
  const split = (shift: number) => Int32Array.from({ length: tokens }, (_, i) => (i + shift) % 7);
  return {
    name: 'numbers',
    unit: 'word',
    vocabulary: vocabularyFromData({
      unit: 'word',
      types: ['<eos>', 'a', 'b', 'c', 'd', 'e', 'f'],
    }),
    splits: { train: split(0), valid: split(1), test: split(2) },
    info: randomCorpus,
    notes: [],
  };
}

/** What numbers a rank holds once its data is open, in MB. */
async function held(ranks: { rank: number; size: number }) {
  const before = await arrayBytes();
  const { train, valid } = textData(draft, corpus(), ranks).batches();
  return { train, valid, megabytes: ((await arrayBytes()) - before) / 1e6 };
}

test('one of four ranks holds a quarter of the train and valid streams, and no other text', async () => {
  const one = await held({ rank: 0, size: 1 });
  expect(one.megabytes).toBeGreaterThan(30);
  const part = await held({ rank: 2, size: 4 });
  expect(part.megabytes).toBeLessThan(9);
  expect(part.megabytes).toBeGreaterThan(6);

  const { first, batch } = { first: one.train.largest!.batch / 2, batch: one.train.largest!.batch };
  const [whole] = one.train.batches(0, 5) as Iterable<{ inputs: Int32Array }>;
  const [own] = part.train.batches(0, 5) as Iterable<{ inputs: Int32Array; part: unknown }>;
  expect(own!.part).toEqual({ first, batch });
  expect(own!.inputs[0]).toBe(whole!.inputs[first]);
});
