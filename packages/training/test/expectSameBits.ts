import type { RunEvent } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyOptions } from './tinyData';

const optimizers = {
  sgd: { kind: 'sgd' },
  momentum: { kind: 'momentum', momentum: 0.9 },
  adam: { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
} as const;

/** Everything that a run leaves, as bytes. */
function bitsOf(trained: SequenceModel): Record<string, number[]> {
  const entries = [
    ...[...trained.parameters].map(([path, value]) => [path, value] as const),
    ...[...trained.statistics].flatMap(([path, tensors]) =>
      Object.entries(tensors).map(([name, value]) => [`${path} ${name}`, value] as const),
    ),
  ];
  return Object.fromEntries(
    entries.map(([path, value]) => {
      const data = value.dataSync() as Float32Array;
      return [path, [...new Uint32Array(data.slice().buffer)]];
    }),
  );
}

/** Events without the clock, which a resume does not repeat. */
function withoutClock(events: RunEvent[]): unknown[] {
  return events
    .filter(({ type }) => ['step', 'evaluation', 'epoch'].includes(type))
    .map((event) => ({ ...event, at: 0, seconds: 0, unitsPerSecond: 0 }));
}

function optionsFor(trained: SequenceModel, kind: keyof typeof optimizers): TrainOptions {
  return {
    ...tinyOptions(),
    model: trained,
    optimizer: optimizers[kind],
    schedule: { initial: kind === 'sgd' ? 0.5 : 0.02, decayFactor: 1.5, firstDecayedEpoch: 2 },
    clip: { maxNorm: 0.8, at: 'above' },
    epochs: 3,
    evaluation: { statistics: ['running', 'batch', 'recalibrated'], perEpoch: 2 },
  };
}

/** Trains a model at once, and in pieces that are resumed; both end in the same bits, with the same events. */
export async function expectSameBits(
  kind: keyof typeof optimizers,
  model: () => SequenceModel,
): Promise<void> {
  const whole = model();
  const expected: RunEvent[] = [];
  for await (const event of train(optionsFor(whole, kind))) expected.push(event);

  for (const tensors of whole.statistics.values()) {
    for (const name of ['u', 'v', 'updates']) {
      expect(tensors[name]?.dataSync().every((value) => value !== 0)).not.toBe(false);
    }
  }

  // Left at steps in the middle of an epoch, after the step before an evaluation, between two
  // evaluations, at the end of an epoch; each time in a model made anew.
  const folder = temporaryFolder();
  const leaveAt = ['step 2', 'step 3', 'evaluation 6', 'epoch 6', 'step 7', 'step 16', 'end 18'];
  const events: RunEvent[] = [];
  let last = model();
  for (const [round, where] of leaveAt.entries()) {
    last.dispose();
    last = model();
    const before = memory().numTensors;
    const options = {
      ...optionsFor(last, kind),
      checkpoints: { store: folderStore(folder) },
      resume: round > 0,
    };
    for await (const event of train(options)) {
      events.push(event);
      if (`${event.type} ${event.step}` === where) break;
    }
    expect(`${events.at(-1)!.type} ${events.at(-1)!.step}`).toBe(where);
    expect(memory().numTensors).toBe(before);
  }
  expect(bitsOf(last)).toEqual(bitsOf(whole));
  expect(withoutClock(events)).toEqual(withoutClock(expected));
  last.dispose();
  whole.dispose();
}
