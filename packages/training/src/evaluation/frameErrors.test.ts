import { randomStream, type UtteranceBatch } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { dispose, tensor1d, tensor2d, variable } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { wrongRows } from './frameErrors';

beforeAll(async () => {
  await startBackend(testBackend());
});

test('counts real frames alone beyond the first block of rows', async () => {
  const [time, batch, classes] = [300, 5, 7];
  const rows = time * batch;
  const chance = randomStream('frames', 31);
  // The identity as head: a row's most probable class is its largest value.
  const values = Float32Array.from(chance.uniform(rows * classes, 0, 1));
  const labels = chance.words(rows).map((word) => word % classes);
  const lengths = Int32Array.of(300, 260, 212, 205, 90);
  let expected = 0;
  for (let row = 0; row < rows; row++) {
    if (Math.floor(row / batch) >= lengths[row % batch]!) continue;
    const own = [...values.subarray(row * classes, (row + 1) * classes)];
    if (own.indexOf(Math.max(...own)) !== labels[row]) expected++;
  }
  const hidden = tensor2d(values, [rows, classes]);
  const identity = tensor2d(
    Float32Array.from({ length: classes * classes }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0)),
    [classes, classes],
  );
  const zeros = tensor1d(new Float32Array(classes));
  const head = { weights: variable(identity), bias: variable(zeros), transposed: false };
  const target: UtteranceBatch = {
    ...{ kind: 'utterances', time, batch, features: 1, lengths, keys: [] },
    ...{ inputs: new Float32Array(rows), targets: Int32Array.from(labels) },
  };
  expect(await wrongRows({ hidden, head }, target)).toBe(expected);
  dispose([hidden, identity, zeros, head.weights, head.bias]);
});
