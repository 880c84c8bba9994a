import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { train } from '@bnrnn/training';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

async function losses(seed: number): Promise<number[]> {
  const model = tinyModel({ seed });
  const found: number[] = [];
  for await (const event of train({ ...tinyOptions(), model })) {
    if (event.type === 'step') found.push(event.loss);
  }
  model.dispose();
  return found;
}

test('two runs in one process, their steps interleaved, learn what each learns alone', async () => {
  const alone = [await losses(1), await losses(2)];
  expect(alone[0]).not.toEqual(alone[1]);
  const before = memory().numTensors;
  expect(await Promise.all([losses(1), losses(2)])).toEqual(alone);
  expect(memory().numTensors).toBe(before);
});
