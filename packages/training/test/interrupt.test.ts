import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BnrnnError, type RunEvent } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { DivergedError, readLatestCheckpoint, train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { memory, scalar, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyData, tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

const momentum = { kind: 'momentum', momentum: 0.9 } as const;

async function collect(options: TrainOptions, into: RunEvent[] = []): Promise<RunEvent[]> {
  for await (const event of train(options)) into.push(event);
  return into;
}

describe('leaving the loop', () => {
  test.each(['start', 'step', 'evaluation', 'epoch', 'checkpoint', 'end'] as const)(
    'at an event of type %s saves what was done and frees everything',
    async (type) => {
      const folder = temporaryFolder();
      const model = tinyModel();
      const before = memory().numTensors;
      const options: TrainOptions = {
        ...tinyOptions(),
        model,
        optimizer: momentum,
        evaluation: { statistics: ['running', 'batch'] },
        checkpoints: { store: folderStore(folder), everySteps: 4 },
      };
      let left = -1;
      for await (const event of train(options)) {
        if (event.type !== type) continue;
        left = event.step;
        break;
      }
      expect(left).toBe(
        { start: 0, step: 1, evaluation: 6, epoch: 6, checkpoint: 4, end: 12 }[type],
      );
      expect(memory().numTensors).toBe(before);
      const { checkpoint, refused } = await readLatestCheckpoint(folderStore(folder));
      expect(checkpoint.manifest.progress.step).toBe(left);
      expect(refused).toEqual([]);
      model.dispose();
    },
  );

  test('without a folder just frees', async () => {
    const model = tinyModel();
    const before = memory().numTensors;
    for await (const event of train({ ...tinyOptions(), model, optimizer: momentum })) {
      if (event.type === 'step' && event.step === 3) break;
    }
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('the signal', () => {
  test('ends the step in progress, saves, and ends the run', async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    // The first forward pass checks the model: this is in the middle of the third step.
    const model = tinyModel({ onForward: (count) => count === 3 && controller.abort() });
    const before = memory().numTensors;
    const checkpoints = { store: folderStore(folder) };
    const { signal } = controller;
    const events = await collect({ ...tinyOptions(), model, checkpoints, signal });
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'start 0',
      'step 1',
      'step 2',
      'step 3',
      'checkpoint 3',
      'end 3',
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'interrupted' });
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  test('stops an evaluation, which the resumed run then makes', async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    // 1 check, 6 steps, 3 windows of the first evaluation; this is in the second.
    const model = tinyModel({ onForward: (count) => count === 11 && controller.abort() });
    const options: TrainOptions = {
      ...tinyOptions(),
      model,
      epochs: 1,
      evaluation: { statistics: ['running', 'batch'] },
      checkpoints: { store: folderStore(folder) },
    };
    const events = await collect({ ...options, signal: controller.signal });
    const names = (all: RunEvent[]): string[] => all.map(({ type }) => type).slice(-4);
    expect(names(events)).toEqual(['step', 'evaluation', 'checkpoint', 'end']);
    const rest = await collect({ ...options, resume: true });
    expect(names(rest)).toEqual(['evaluation', 'epoch', 'checkpoint', 'end']);
    expect(rest[1]).toMatchObject({ type: 'evaluation', statistics: 'batch', step: 6, epoch: 0 });
    expect(rest.at(-1)).toMatchObject({ reason: 'finished' });
    model.dispose();
  });
});

describe('a loss that is not a number', () => {
  test('stops with the step, the last good checkpoint and what to try', async () => {
    const folder = temporaryFolder();
    // Not a number from the fifth step on: a weight is spoiled before it.
    const model = tinyModel({
      onForward(count) {
        if (count !== 4) return;
        const bias = model.parameters.get('softmax.bias')!;
        const spoiled = tensor1d(new Float32Array(11).fill(Number.NaN));
        bias.assign(spoiled);
        spoiled.dispose();
      },
    });
    const before = memory().numTensors;
    const checkpoints = { store: folderStore(folder), everySteps: 2 };
    const events: RunEvent[] = [];
    const error = await collect(
      { ...tinyOptions(), model, optimizer: momentum, checkpoints },
      events,
    ).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    const { step, checkpoint, message, hint } = error as DivergedError;
    expect(step).toBe(3);
    expect(checkpoint).toBe(join(folder, 'step-00000002.json'));
    expect(message).toBe(
      `train: the loss is NaN after 3 steps; the parameters were not changed. The last good checkpoint is ${checkpoint}.`,
    );
    expect(hint).toContain('lower learning rate');
    expect(events.filter(({ type }) => type === 'step').length).toBe(3);
    expect(memory().numTensors).toBe(before);
    const { checkpoint: saved } = await readLatestCheckpoint(folderStore(folder));
    expect(saved.manifest.progress.step).toBe(2);
    model.dispose();
  });

  test('of an evaluation stops too, and the checkpoints before stay readable', async () => {
    const folder = temporaryFolder();
    const model = tinyModel();
    const options = tinyOptions();
    const valid = tinyData({ name: 'valid', batches: 3 });
    let evaluations = 0;
    const data = {
      ...options.data,
      valid: {
        ...valid,
        batches: (epoch: number, from?: number) => {
          evaluations += 1;
          if (evaluations === 2) {
            const bias = model.parameters.get('softmax.bias')!;
            const spoiled = tensor1d(new Float32Array(11).fill(Number.NaN));
            bias.assign(spoiled);
            spoiled.dispose();
          }
          return valid.batches(epoch, from);
        },
      },
    };
    const evaluation = { statistics: ['running'] } as const;
    const error = await collect({
      ...options,
      model,
      data,
      evaluation,
      checkpoints: { store: folderStore(folder) },
    }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as DivergedError).message).toMatch(
      /^train: the loss on the valid split, running statistics, is NaN nats after 12 steps;/,
    );
    const { checkpoint, refused } = await readLatestCheckpoint(folderStore(folder));
    expect([checkpoint.manifest.progress.step, refused]).toEqual([6, []]);
    expect(checkpoint.manifest.progress.best?.step).toBe(6);
    model.dispose();
  });

  test('leaves the parameters and statistics of the step before', async () => {
    const good = tinyModel();
    await collect({ ...tinyOptions(), model: good, maxSteps: 3 });
    const model = tinyModel();
    const events = train({ ...tinyOptions(), model });
    const step = async (): Promise<void> => {
      const next = await events.next();
      expect(next.value?.type).toMatch(/start|step/);
    };
    for (let i = 0; i < 4; i++) await step();
    const gain = model.parameters.get('normalize.gain')!;
    const kept = gain.clone();
    const spoiled = tensor1d(new Float32Array(6).fill(Number.NaN));
    gain.assign(spoiled);
    await expect(events.next()).rejects.toThrow('No checkpoint was saved before.');
    gain.assign(kept);
    for (const [path, parameter] of good.parameters) {
      expect(model.parameters.get(path)!.dataSync(), path).toEqual(parameter.dataSync());
    }
    expect(model.statistics.get('normalize')!['mean']!.dataSync()).toEqual(
      good.statistics.get('normalize')!['mean']!.dataSync(),
    );
    [kept, spoiled].forEach((each) => each.dispose());
    model.dispose();
    good.dispose();
  });
});

test('a step that throws frees what it made, the tape included', async () => {
  const model = tinyModel({
    onForward(count) {
      if (count === 3) throw new Error('broken');
    },
  });
  const before = memory();
  await expect(collect({ ...tinyOptions(), model, optimizer: momentum })).rejects.toThrow('broken');
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  model.dispose();
});

test('a step that throws after the forward pass frees the state and the moments too', async () => {
  const model = tinyModel();
  const source = tinyData();
  const train = {
    ...source,
    *batches(epoch: number, from?: number) {
      for (const batch of source.batches(epoch, from)) {
        yield { ...batch, targets: batch.targets.map((id) => (batch.resetState ? id : id + 99)) };
      }
    },
  };
  const before = memory();
  const run = collect({ ...tinyOptions(), model, data: { train } });
  await expect(run).rejects.toThrow('labels');
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  model.dispose();
});

test('a step that leaves a tensor behind is an error', async () => {
  const left: { dispose(): void }[] = [];
  const model = tinyModel();
  const fold = model.setStatistics.bind(model);
  let folds = 0;
  Object.assign(model, {
    setStatistics(next: Parameters<typeof fold>[0]) {
      if (++folds === 2) left.push(scalar(1));
      fold(next);
    },
  });
  const run = collect({ ...tinyOptions(), model });
  await expect(run).rejects.toThrow(BnrnnError);
  await expect(run).rejects.toThrow('train: step 1 left 1 tensors more than there were before it.');
  left.forEach((each) => each.dispose());
  model.dispose();
});

test('a folder with a checkpoint is not overwritten by another run', async () => {
  const folder = temporaryFolder();
  const model = tinyModel();
  await collect({
    ...tinyOptions(),
    model,
    checkpoints: { store: folderStore(folder) },
    maxSteps: 2,
  });
  const before = readdirSync(folder);
  await expect(
    collect({ ...tinyOptions(), model, checkpoints: { store: folderStore(folder) } }),
  ).rejects.toThrow(`train: ${folder} already holds the checkpoint of step 2.`);
  expect(readdirSync(folder)).toEqual(before);
  model.dispose();
});

test('a folder that cannot be written is one sentence', async () => {
  const folder = join(temporaryFolder(), 'taken');
  writeFileSync(folder, 'a file');
  const model = tinyModel();
  const inside = { store: folderStore(join(folder, 'checkpoints')) };
  const before = memory().numTensors;
  await expect(
    collect({ ...tinyOptions(), model, checkpoints: inside, maxSteps: 1 }),
  ).rejects.toThrow(/cannot be written: a part of its path is a file/);
  expect(memory().numTensors).toBe(before);
  model.dispose();
});
