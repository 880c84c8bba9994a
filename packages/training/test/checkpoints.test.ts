import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, type RunEvent } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import {
  decodeSafetensors,
  readBestCheckpoint,
  readCheckpoint,
  readLatestCheckpoint,
  train,
  type TrainOptions,
} from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyOptions } from './tinyData';
import { tinyModel, type TinyModelOptions } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

/** Runs to the end in a new model; the events and the weights. */
async function runIn(
  folder: string,
  change: Partial<TrainOptions> = {},
  modelOptions: TinyModelOptions = {},
): Promise<{ events: RunEvent[]; weights: Float32Array[] }> {
  const model = tinyModel(modelOptions);
  const events: RunEvent[] = [];
  const optimizer = { kind: 'momentum', momentum: 0.5 } as const;
  try {
    const options = {
      ...tinyOptions(),
      model,
      optimizer,
      checkpoints: { store: folderStore(folder) },
    };
    for await (const event of train({ ...options, ...change })) events.push(event);
    const weights = [...model.parameters.values()].map((value) =>
      (value.dataSync() as Float32Array).slice(),
    );
    return { events, weights };
  } finally {
    model.dispose();
  }
}

function copyOf(folder: string): string {
  const copy = temporaryFolder();
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name));
  return copy;
}

function warningsOf(events: RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

test('a checkpoint holds weights, statistics, slots, state and position', async () => {
  const folder = temporaryFolder();
  const { weights } = await runIn(folder, { maxSteps: 2 });
  const names = readdirSync(folder).sort();
  expect(names).toEqual([
    expect.stringMatching(/^step-00000002-[0-9a-f]{12}\.safetensors$/) as string,
    'step-00000002.json',
  ]);
  const tensors = decodeSafetensors(readFileSync(join(folder, names[0]!)), 'x');
  const parameters = [
    'embedding',
    'normalize.gain',
    'normalize.shift',
    'recurrent',
    'softmax.weights',
    'softmax.bias',
  ];
  expect([...tensors.keys()]).toEqual([
    ...parameters.map((path) => `model/${path}`),
    'statistics/normalize/mean',
    'statistics/normalize/variance',
    ...parameters.map((path) => `optimizer/velocity/${path}`),
    'state/0',
  ]);
  expect(parameters.map((path) => tensors.get(`model/${path}`)!.data)).toEqual(weights);
  const { manifest } = await readCheckpoint(folderStore(folder), 'step-00000002.json');
  expect(manifest.progress).toMatchObject({ step: 2, epoch: 0, batch: 2, best: null });
  expect(manifest.progress.sums).toMatchObject({ units: 24, batches: 2 });
  expect(manifest.settings).toMatchObject({ seed: 1, batchesPerEpoch: 6 });
});

test('the newest two and the best stay', async () => {
  const folder = temporaryFolder();
  // The rate makes validation worse after the first epoch.
  const { events } = await runIn(folder, {
    epochs: 5,
    schedule: { initial: 0.3, decayFactor: 1e-2, firstDecayedEpoch: 2 },
    clip: { maxNorm: 1, at: 'above' },
    evaluation: { statistics: ['running'] },
  });
  const saved = events.flatMap((event) => (event.type === 'checkpoint' ? [event] : []));
  expect(saved.map(({ step }) => step)).toEqual([6, 12, 18, 24, 30]);
  const losses = events.flatMap((event) => (event.type === 'evaluation' ? [event.nllPerUnit] : []));
  const bestStep = 6 * (losses.indexOf(Math.min(...losses)) + 1);
  expect(bestStep).toBeLessThan(24); // otherwise nothing is shown
  expect(saved.filter(({ best }) => best).at(-1)!.step).toBe(bestStep);
  const steps = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => Number(/\d+/.exec(name)![0]));
  expect(steps.sort((a, b) => a - b)).toEqual([bestStep, 24, 30]);
  expect(readdirSync(folder).length).toBe(6);
  const { checkpoint } = await readBestCheckpoint(folderStore(folder));
  expect(checkpoint.manifest.progress.step).toBe(bestStep);
});

describe('a damaged checkpoint is refused in a sentence and the one before it used', () => {
  let folder: string;
  let straight: Float32Array[];
  let tensorsName: string;
  const manifestName = 'step-00000004.json';
  const everyTwo = (name: string) => ({ checkpoints: { store: folderStore(name), everySteps: 2 } });

  beforeEach(async () => {
    folder = temporaryFolder();
    await runIn(folder, { ...everyTwo(folder), maxSteps: 4 });
    tensorsName = readdirSync(folder).find((name) => /4-.*safetensors/.test(name))!;
    straight = (await runIn(temporaryFolder(), { maxSteps: 7 })).weights;
  });

  test.each<[string, (tensors: string, manifest: string) => void, RegExp]>([
    ['truncated numbers', (t) => cut(t, 100), /safetensors is truncated: 100 bytes, expected \d+/],
    ['an altered byte in the numbers', (t) => flip(t, -5), /safetensors was altered: its SHA-256/],
    ['an altered byte in the header', (t) => flip(t, 20), /safetensors was altered/],
    ['appended bytes', (t) => append(t), /safetensors was altered: \d+ bytes, expected \d+/],
    ['missing numbers', (t) => rmSync(t), /safetensors is missing/],
    ['a truncated manifest', (_, m) => cut(m, 50), /json is not JSON: it is truncated/],
    ['an empty manifest', (_, m) => cut(m, 0), /json is not JSON/],
    ['an altered manifest', (_, m) => replace(m, '"seed": 1', '"seed": 2'), /json was altered/],
  ])('%s', async (_, damage, sentence) => {
    damage(join(folder, tensorsName), join(folder, manifestName));
    const { checkpoint, refused } = await readLatestCheckpoint(folderStore(folder));
    expect(checkpoint.manifest.progress.step).toBe(2);
    expect(refused).toEqual([expect.stringMatching(sentence)]);

    const { events, weights } = await runIn(folder, {
      ...everyTwo(folder),
      resume: true,
      maxSteps: 7,
    });
    expect(warningsOf(events)).toEqual([`${refused[0]} The checkpoint of step 2 is used instead.`]);
    expect(events[0]).toMatchObject({ type: 'start', step: 2, resumed: true });
    expect(weights).toEqual(straight);
    const left = (await readLatestCheckpoint(folderStore(folder))).refused;
    expect(left).toEqual([]);
  });

  test('a refused one that is ahead of the run goes with the next save', async () => {
    flip(join(folder, tensorsName), -1);
    await runIn(folder, {
      checkpoints: { store: folderStore(folder), everySteps: 1 },
      resume: true,
      maxSteps: 3,
    });
    const { checkpoint, refused } = await readLatestCheckpoint(folderStore(folder));
    expect(checkpoint.manifest.progress.step).toBe(3);
    expect(refused).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('step-00000004'))).toEqual([]);
  });

  test('when none is left, every one is named', async () => {
    for (const name of readdirSync(folder)) if (name.endsWith('.json')) cut(join(folder, name), 9);
    const run = runIn(folder, { resume: true });
    await expect(run).rejects.toThrow(DataError);
    await expect(run).rejects.toThrow(/has no usable checkpoint.*00000004.json.*00000002.json/);
  });
});

describe('a kill while a checkpoint is written', () => {
  test('leaves the one before it, whatever is already there', async () => {
    // The files of two moments of one run, and every prefix of the writer's work between them.
    const first = temporaryFolder();
    await runIn(first, { maxSteps: 2 });
    const second = temporaryFolder();
    const { weights } = await runIn(second, { maxSteps: 5 });
    const [numbers, manifest] = readdirSync(second).sort() as [string, string];
    const content = readFileSync(join(second, numbers));
    const text = readFileSync(join(second, manifest));

    const partial: ((folder: string) => void)[] = [
      () => undefined,
      (folder) => writeFileSync(join(folder, 'writing-1.tmp'), ''),
      (folder) => writeFileSync(join(folder, 'writing-1.tmp'), content.subarray(0, 333)),
      (folder) => writeFileSync(join(folder, 'writing-1.tmp'), content),
      (folder) => writeFileSync(join(folder, numbers), content),
      (folder) => {
        writeFileSync(join(folder, numbers), content);
        writeFileSync(join(folder, 'writing-1.tmp'), text.subarray(0, 60));
      },
    ];
    for (const write of partial) {
      const folder = copyOf(first);
      write(folder);
      const { checkpoint, refused } = await readLatestCheckpoint(folderStore(folder));
      expect(checkpoint.manifest.progress.step).toBe(2);
      expect(refused).toEqual([]);
      const resumed = await runIn(folder, { resume: true, maxSteps: 5 });
      expect(resumed.weights).toEqual(weights);
      expect(warningsOf(resumed.events)).toEqual([]);
      const left = readdirSync(folder);
      expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(left.length).toBe(4);
    }
    const whole = copyOf(first);
    writeFileSync(join(whole, numbers), content);
    writeFileSync(join(whole, manifest), text);
    expect((await readLatestCheckpoint(folderStore(whole))).checkpoint.manifest.progress.step).toBe(
      5,
    );
  });

  test('files of others stay', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    mkdirSync(join(folder, 'more'));
    await runIn(folder, {
      checkpoints: { store: folderStore(folder), everySteps: 1, keep: 1 },
      maxSteps: 4,
    });
    expect(readdirSync(folder).sort()).toEqual([
      'more',
      'notes.txt',
      expect.stringMatching(/^step-00000004-/) as string,
      'step-00000004.json',
    ]);
  });
});

describe('a checkpoint that does not belong to the run is refused', () => {
  test.each<[string, Partial<TrainOptions>, TinyModelOptions, string]>([
    ['another model', {}, { units: 7 }, 'of another model: embedding is 6 there and 7 here'],
    ['more dropout', {}, { dropout: 0.5 }, 'of another model: dropout is 0 there and 0.5 here'],
    ['another seed', { seed: 2 }, {}, 'with other settings: seed is 1 there and 2 here'],
    [
      'another optimizer',
      { optimizer: { kind: 'sgd' } },
      {},
      'with other settings: optimizer.kind is "momentum" there and "sgd" here',
    ],
    [
      'no clip',
      { clip: undefined as never },
      {},
      'clip is {"maxNorm":5,"at":"above"} there and null',
    ],
    [
      'another corpus',
      {
        run: {
          ...tinyOptions().run,
          corpus: { ...tinyOptions().run.corpus, sha256: { train: 'cd' } },
        },
      },
      {},
      'corpus.train is "ab" there and "cd" here',
    ],
  ])('%s', async (_, change, modelOptions, message) => {
    const folder = temporaryFolder();
    await runIn(folder, { maxSteps: 2 });
    const before = memory().numTensors;
    const run = runIn(folder, { resume: true, ...change }, modelOptions);
    await expect(run).rejects.toThrow(DataError);
    await expect(run).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });

  test('no checkpoint at all is a sentence too', async () => {
    const folder = join(temporaryFolder(), 'nothing');
    await expect(runIn(folder, { resume: true })).rejects.toThrow(`${folder} has no checkpoint.`);
  });
});

test('a finished run resumes to its end at once; with more epochs it goes on', async () => {
  const folder = temporaryFolder();
  await runIn(folder);
  const again = await runIn(folder, { resume: true });
  expect(again.events.map(({ type }) => type)).toEqual(['start', 'end']);
  expect(again.events[1]).toMatchObject({ reason: 'finished', step: 12, epoch: 1 });
  const more = await runIn(folder, { resume: true, epochs: 3 });
  const straight = await runIn(temporaryFolder(), { epochs: 3 });
  expect(more.weights).toEqual(straight.weights);
});

function cut(path: string, length: number): void {
  writeFileSync(path, readFileSync(path).subarray(0, length));
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = bytes[index]! ^ 1;
  writeFileSync(path, bytes);
}

function append(path: string): void {
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]));
}

function replace(path: string, what: string, by: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(what);
  writeFileSync(path, text.replace(what, by));
}
