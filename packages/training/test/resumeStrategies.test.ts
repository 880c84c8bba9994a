import type { RunEvent } from '@bnrnn/core';
import { exampleNormalizers, type Normalizer } from '@bnrnn/normalization';
import { frameClassifier, languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyData, tinyOptions, tinyUtterances } from './tinyData';

beforeAll(async () => {
  await startBackend(testBackend());
});

/** A strategy on W·x; a language model refuses one that needs the whole sequence. */
function newModel(normalizer: Normalizer): SequenceModel {
  const layers = [lstm({ units: 8, normalize: { inputToHidden: normalizer } })];
  const rest = { layers, initializer: { kind: 'uniform', range: 0.3 }, seed: 4 } as const;
  return normalizer.needs === 'sequence'
    ? frameClassifier({ features: 3, classes: 4, ...rest })
    : languageModel({ vocabulary: 11, embedding: 5, dropout: 0.3, ...rest });
}

/** Eight steps, with rows for groups of 8 features in each. */
function optionsFor(model: SequenceModel, { needs }: Normalizer): TrainOptions {
  const words = { train: tinyData({ batches: 4, batch: 12 }), valid: tinyData({ batch: 12 }) };
  const frames = { train: tinyUtterances(), valid: tinyUtterances() };
  return {
    ...tinyOptions(),
    model,
    data: needs === 'sequence' ? frames : words,
    optimizer: { kind: 'momentum', momentum: 0.9 },
    schedule: { initial: 0.02, decayFactor: 1.5, firstDecayedEpoch: 2 },
    epochs: needs === 'sequence' ? 4 : 2,
    evaluation: { statistics: ['running'] },
  };
}

async function run(options: TrainOptions, until?: number): Promise<number> {
  let steps = 0;
  for await (const event of train(options) as AsyncIterable<RunEvent>) {
    if (event.type !== 'step') continue;
    steps = event.step;
    if (steps === until) break;
  }
  return steps;
}

/** Parameters and statistics, as bytes. */
function bitsOf({ parameters, statistics }: SequenceModel): Record<string, number[]> {
  const tensors = [
    ...[...parameters],
    ...[...statistics].flatMap(([path, own]) =>
      Object.entries(own).map(([name, value]) => [`${path} ${name}`, value] as const),
    ),
  ];
  return Object.fromEntries(
    tensors.map(([path, value]) => {
      const data = value.dataSync<'float32'>().slice();
      return [path, [...new Uint8Array(data.buffer)]];
    }),
  );
}

describe('four steps and four after a resume are eight, to the byte', () => {
  test.each(exampleNormalizers())('$name', async ({ normalizer }) => {
    const whole = newModel(normalizer);
    const start = bitsOf(whole);
    expect(await run(optionsFor(whole, normalizer))).toBe(8);

    const store = folderStore(temporaryFolder());
    const first = newModel(normalizer);
    await run({ ...optionsFor(first, normalizer), checkpoints: { store } }, 4);
    const second = newModel(normalizer);
    const options = optionsFor(second, normalizer);
    expect(await run({ ...options, checkpoints: { store }, resume: true })).toBe(8);

    expect(bitsOf(second)).toEqual(bitsOf(whole));
    const moved = Object.entries(bitsOf(whole))
      .filter(([path, bits]) => bits.join() !== start[path]?.join())
      .map(([path]) => path);
    expect(moved).toEqual(expect.arrayContaining([...whole.parameters.keys()]));
    // A sum that was just begun anew is what it was at the start, so not every statistic has moved.
    for (const path of whole.statistics.keys()) {
      expect(moved.some((each) => each.startsWith(`${path} `))).toBe(true);
    }
    for (const model of [whole, first, second]) model.dispose();
  });
});
