import type { UtteranceBatch } from '@bnrnn/core';
import { batchNorm } from '@bnrnn/normalization';
import { bidirectional, frameClassifier, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, testBackend } from '@bnrnn/test-utils';
import { framePosteriors, type UtterancePosteriors } from '@bnrnn/training';
import { memory, tensor3d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { tinyModel } from './tinyModel';
import { tinyUtterances } from './tinyData';

beforeAll(async () => {
  await startBackend(testBackend());
});

function newModel() {
  const normalize = { inputToHidden: batchNorm({ over: 'sequence' }) };
  return frameClassifier({
    features: 3,
    classes: 4,
    layers: [bidirectional(lstm({ units: 4, normalize }))],
    initializer: { kind: 'uniform', range: 0.7 },
    seed: 2,
  });
}

test('gives the log-softmax of the logits of each real frame, an utterance at a time', async () => {
  const model = newModel();
  const [batch] = tinyUtterances().batches(0) as UtteranceBatch[];
  const { time, inputs, lengths, keys } = batch!;
  const before = memory().numTensors;
  const results: UtterancePosteriors[] = [];
  for await (const each of framePosteriors(model, batch!)) results.push(each);
  expect(memory().numTensors).toBe(before);
  expect(results.map(({ key, frames, classes }) => [key, frames, classes])).toEqual([
    [keys[0], 5, 4],
    [keys[1], 3, 4],
    [keys[2], 2, 4],
  ]);
  const { logits } = model.apply({
    features: tensor3d(inputs, [time, 3, 3]),
    lengths,
  });
  const all = await logits.array();
  results.forEach(({ values, frames }, column) => {
    const expected = Array.from({ length: frames }, (_, t) => {
      const row = all[t]![column]!;
      const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      return row.map((x) => x - logSum);
    }).flat();
    expectClose(values, expected, { rtol: 1e-5 });
    const [first = NaN] = Array.from({ length: frames }, (_, t) =>
      values.subarray(4 * t, 4 * t + 4).reduce((sum, x) => sum + Math.exp(x), 0),
    );
    expect(first).toBeCloseTo(1, 6);
  });
  model.dispose();
});

test('leaves nothing behind when it is left early, and refuses other models', async () => {
  const model = newModel();
  const [batch] = tinyUtterances().batches(0) as UtteranceBatch[];
  const before = memory().numTensors;
  for await (const { key } of framePosteriors(model, batch!)) {
    if (key === 'b0') break;
  }
  expect(memory().numTensors).toBe(before);
  const other = tinyModel();
  await expect(framePosteriors(other, batch!).next()).rejects.toThrow(
    'framePosteriors: the model is a languageModel, expected a frameClassifier.',
  );
  other.dispose();
  model.dispose();
});
