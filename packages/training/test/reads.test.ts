import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { train } from '@bnrnn/training';
import { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('a step reads loss and norm together, after it gave the device its update', async () => {
  const model = tinyModel();
  const bias = model.parameters.get('softmax.bias')!;
  const readNow = bias.dataSync.bind(bias);
  const reads: { shape: readonly number[]; changed: boolean }[] = [];
  let before = readNow().slice();
  type Read = (this: Tensor) => ReturnType<Tensor['data']>;
  const original = Reflect.get(Tensor.prototype, 'data') as Read;
  vi.spyOn(Tensor.prototype, 'data').mockImplementation(function (this: Tensor) {
    const now = readNow().slice();
    reads.push({ shape: this.shape, changed: now.some((value, i) => value !== before[i]) });
    before = now;
    return original.call(this);
  });
  const readsAtOnce = vi.spyOn(Tensor.prototype, 'dataSync');
  const clip = { maxNorm: 0.1, at: 'above' } as const;
  const clipped: boolean[] = [];
  for await (const event of train({ ...tinyOptions(), model, clip, maxSteps: 3 })) {
    if (event.type === 'step') clipped.push(event.clipped);
  }
  expect(clipped).toEqual([true, true, true]);
  expect(reads).toEqual(clipped.map(() => ({ shape: [2], changed: true })));
  expect(readsAtOnce).not.toHaveBeenCalled();
  model.dispose();
});
