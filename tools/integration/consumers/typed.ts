import { runCli } from '@bnrnn/cli';
import { DataError, type RunEvent } from '@bnrnn/core';
import { synthetic, tokenBatches } from '@bnrnn/data-ptb';
import { findPreset } from '@bnrnn/experiments';
import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { train } from '@bnrnn/training';

export async function trainTyped(): Promise<number[]> {
  const { name } = await startBackend('auto');
  const corpus = synthetic();
  const model = languageModel({
    vocabulary: corpus.vocabulary.size,
    embedding: 8,
    layers: [lstm({ units: 8, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
  const losses: number[] = [];
  const events: AsyncIterable<RunEvent> = train({
    model,
    data: { train: tokenBatches(corpus.splits.train, { batch: 4, time: 5, layout: 'tensorflow' }) },
    optimizer: { kind: 'sgd' },
    schedule: { initial: 1, decayFactor: 2, firstDecayedEpoch: 2 },
    seed: 1,
    epochs: 1,
    run: { preset: 'own', recipe: 'own', backend: name, corpus: corpus.info },
    now: Date.now,
  });
  for await (const event of events) if (event.type === 'step') losses.push(event.loss);
  return losses;
}

export const presetName: string = findPreset('ptb-small').name;
export const hint: string | undefined = new DataError('Gone.').hint;

// @ts-expect-error: a width is a number. Where types do not resolve, this is no error and fails.
lstm({ units: 'wide' });
// @ts-expect-error: the arguments are a list.
void runCli('presets');
