import type { BatchSource, RunEvent, RunEventOf, UtteranceBatch } from '@bnrnn/core';
import { batchNorm } from '@bnrnn/normalization';
import { bidirectional, frameClassifier, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { evaluate, train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyOptions, tinyUtterances } from './tinyData';

beforeAll(async () => {
  await startBackend(testBackend());
});

function newModel(): SequenceModel {
  const normalize = { inputToHidden: batchNorm({ over: 'sequence' }) };
  return frameClassifier({
    features: 3,
    classes: 4,
    layers: [bidirectional(lstm({ units: 4, normalize }))],
    initializer: { kind: 'glorot' },
    seed: 2,
  });
}

/** Eight batches an epoch, another order in each, each batch after a turn of the event loop. */
function streamed(): BatchSource<UtteranceBatch> {
  const two = [...(tinyUtterances().batches(0) as Iterable<UtteranceBatch>)];
  return {
    batchesPerEpoch: 8,
    async *batches(epoch, from = 0) {
      for (let i = from; i < 8; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        const batch = two[(i * (epoch + 1) + (i >> 1)) % 2]!;
        const targets = batch.targets.map((label) => (label + i + epoch) % 4);
        yield { ...batch, targets };
      }
    },
  };
}

const options = (model: SequenceModel): TrainOptions => ({
  ...tinyOptions(),
  model,
  data: { train: streamed(), valid: tinyUtterances() },
  optimizer: { kind: 'momentum', momentum: 0.9 },
  schedule: { initial: 0.02, decayFactor: 1, firstDecayedEpoch: 2 },
  evaluation: { statistics: ['running', 'batch'], perEpoch: 2, trainBatches: 3 },
});

async function collect(each: TrainOptions, stopAt?: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of train(each)) {
    events.push(event);
    const split = event.type === 'evaluation' ? ` ${event.split}` : '';
    if (`${event.type} ${event.step}${split}` === stopAt) break;
  }
  return events;
}

const evaluations = (events: readonly RunEvent[]): RunEventOf<'evaluation'>[] =>
  events.filter((event): event is RunEventOf<'evaluation'> => event.type === 'evaluation');

describe('trainBatches', () => {
  test('each validation evaluates the first training batches too, under the same statistics', async () => {
    const model = newModel();
    const found = evaluations(await collect({ ...options(model), epochs: 1 }));
    expect(found.map(({ split, statistics, step }) => [step, split, statistics])).toEqual([
      [4, 'valid', 'running'],
      [4, 'valid', 'batch'],
      [4, 'train', 'running'],
      [4, 'train', 'batch'],
      [8, 'valid', 'running'],
      [8, 'valid', 'batch'],
      [8, 'train', 'running'],
      [8, 'train', 'batch'],
    ]);
    const [last] = found.slice(-2);
    const again = await evaluate({
      model,
      source: streamed(),
      statistics: 'running',
      maxBatches: 3,
    });
    expect(last).toMatchObject(again);
    expect(last!.frameErrorRate).toBeGreaterThan(0);
    model.dispose();
  });

  test('only a validation can be the best', async () => {
    const folder = temporaryFolder();
    const model = newModel();
    const checkpoints = { store: folderStore(folder) };
    const events = await collect({ ...options(model), checkpoints });
    const best = evaluations(events)
      .filter(({ split, statistics }) => split === 'valid' && statistics === 'running')
      .reduce((a, b) => (b.nllPerUnit < a.nllPerUnit ? b : a));
    const marked = events.filter((event) => event.type === 'checkpoint' && event.best);
    expect(marked.at(-1)!.step).toBe(best.step);
    model.dispose();
  });

  test('of none is refused', () => {
    const model = newModel();
    const evaluation = { statistics: ['running'] as const, trainBatches: 0 };
    expect(() => train({ ...options(model), evaluation })).toThrow(
      'train: evaluation.trainBatches is 0, expected a whole number at least 1.',
    );
    model.dispose();
  });
});

describe('a frame classifier that is resumed', () => {
  const bitsOf = (model: SequenceModel) =>
    [
      ...model.parameters.values(),
      ...[...model.statistics.values()].flatMap((each) => Object.values(each)),
    ].map((value) => [...new Uint32Array((value.dataSync() as Float32Array).slice().buffer)]);
  const timeless = (events: readonly RunEvent[]) =>
    events
      .filter(({ type }) => ['step', 'evaluation', 'epoch'].includes(type))
      .map((event) => ({ ...event, at: 0, seconds: 0, unitsPerSecond: 0 }));

  test('in the middle of an epoch and between two evaluations ends in the same bits', async () => {
    const whole = newModel();
    const expected = await collect(options(whole));
    const folder = temporaryFolder();
    const leaveAt = ['step 3', 'evaluation 4 valid', 'evaluation 8 train', 'step 13', 'end 16'];
    const events: RunEvent[] = [];
    let last = newModel();
    for (const [round, where] of leaveAt.entries()) {
      last.dispose();
      last = newModel();
      const before = memory().numTensors;
      const each = {
        ...options(last),
        checkpoints: { store: folderStore(folder) },
        resume: round > 0,
      };
      events.push(...(await collect(each, where)));
      expect(memory().numTensors).toBe(before);
    }
    expect(timeless(events)).toEqual(timeless(expected));
    expect(bitsOf(last)).toEqual(bitsOf(whole));
    last.dispose();
    whole.dispose();
  });
});
