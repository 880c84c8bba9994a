import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { registerBackend, startBackend } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { engine, fill, square, tensor1d, variable } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../training/test/temporaryFolder';
import { tinyOptions } from '../../training/test/tinyData';
import { GpuBackend } from '../src/gpu/gpuBackend';

const { available } = await webgpuBackend.probe();
registerBackend(webgpuBackend);

function device(): GPUDevice {
  const { backend } = engine();
  if (!(backend instanceof GpuBackend)) throw new Error('webgpu is not the active backend.');
  return backend.device;
}

function model(): SequenceModel {
  return languageModel({
    vocabulary: 11,
    embedding: 5,
    layers: [lstm({ units: 4 })],
    dropout: 0.3,
    initializer: { kind: 'uniform', range: 0.3 },
    seed: 4,
  });
}

describe.skipIf(!available)('what the device does not do', () => {
  test('a lost device is said in a sentence, and the last checkpoint is good', async () => {
    const folder = temporaryFolder();
    const options = (model: SequenceModel): TrainOptions => ({
      ...{ ...tinyOptions(), model, maxSteps: 6 },
      checkpoints: { store: folderStore(folder), everySteps: 1 },
    });
    await startBackend(webgpuBackend);
    const losses = new Map<number, number>();
    const run = async (): Promise<void> => {
      for await (const event of train(options(model()))) {
        if (event.type !== 'step') continue;
        losses.set(event.step, event.loss);
        if (event.step === 4) device().destroy();
      }
    };
    // The checkpoint after that step is the first to ask for numbers.
    await expect(run()).rejects.toThrow(/^webgpu: the device was lost: /);
    expect([...losses.keys()]).toEqual([1, 2, 3, 4]);

    // A new device, in the place of the one that is lost.
    await startBackend(webgpuBackend);
    const whole = new Map<number, number>();
    for await (const event of train({ ...tinyOptions(), model: model(), maxSteps: 6 })) {
      if (event.type === 'step') whole.set(event.step, event.loss);
    }
    for await (const event of train({ ...options(model()), resume: true })) {
      if (event.type !== 'step') continue;
      if (event.step === 4) expect(event.loss).toBe(losses.get(4));
      expect(event.step).toBeGreaterThan(3);
      losses.set(event.step, event.loss);
    }
    expect(losses).toEqual(whole);
  });

  test('a tensor beyond the limit of a buffer is refused by its size, and what is there stays', async () => {
    await startBackend(webgpuBackend);
    const kept = tensor1d([1, 2, 3]);
    const rows = device().limits.maxStorageBufferBindingSize / 2 ** 12 + 1;
    expect(() => fill([rows, 1024], 0)).toThrow(
      new RegExp(`^webgpu: a tensor \\[${rows}, 1024\\] needs \\d+ MiB, and a buffer`),
    );
    expect([...(await square(kept).data())]).toEqual([1, 4, 9]);
  });

  test('a command that the device refuses is said at the next read, once', async () => {
    await startBackend(webgpuBackend);
    const kept = variable(tensor1d([1, 2, 3]));
    device().createBuffer({ size: 16, usage: 0 });
    await expect(square(kept).data()).rejects.toThrow(/^webgpu: the device refused a command: /);
    expect([...(await square(kept).data())]).toEqual([1, 4, 9]);
  });
});
