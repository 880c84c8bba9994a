import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { registerBackend, startBackend } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { train, type TrainOptions } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { engine, fill, square, tensor1d, variable, type Tensor } from '@tensorflow/tfjs-core';
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

/** Losses by step of a run of six steps that was left alone. */
async function whole(): Promise<Map<number, number>> {
  return lossesOf(train({ ...tinyOptions(), model: model(), maxSteps: 6 }));
}

async function lossesOf(
  events: ReturnType<typeof train>,
  after: (step: number) => void = () => undefined,
  losses = new Map<number, number>(),
): Promise<Map<number, number>> {
  for await (const event of events) {
    if (event.type !== 'step') continue;
    losses.set(event.step, event.loss);
    after(event.step);
  }
  return losses;
}

/** Whether the driver refuses a buffer as large as the limit of this device, as one does that has no memory left. */
async function refusesItsLargestBuffer(): Promise<boolean> {
  device().pushErrorScope('out-of-memory');
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  device()
    .createBuffer({ size: largest(), usage: STORAGE | COPY_DST })
    .destroy();
  return (await device().popErrorScope()) !== null;
}

function largest(): number {
  const { maxBufferSize, maxStorageBufferBindingSize } = device().limits;
  return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4) * 4;
}

describe.skipIf(!available)('what the device does not do', () => {
  test('a lost device is said in a sentence, and the last checkpoint is good', async () => {
    const checkpoints = { store: folderStore(temporaryFolder()), everySteps: 1 };
    const options = (): TrainOptions => ({
      ...{ ...tinyOptions(), model: model(), maxSteps: 6 },
      checkpoints,
    });
    await startBackend(webgpuBackend);
    const losses = new Map<number, number>();
    const destroyAt4 = (step: number): void => {
      if (step === 4) device().destroy();
    };
    // The checkpoint after that step is the first to ask for numbers.
    await expect(lossesOf(train(options()), destroyAt4, losses)).rejects.toThrow(
      /^webgpu: the device was lost: /,
    );
    expect([...losses.keys()]).toEqual([1, 2, 3, 4]);

    // A new device, in the place of the one that is lost.
    await startBackend(webgpuBackend);
    const expected = await whole();
    const continued = await lossesOf(train({ ...options(), resume: true }));
    expect([...continued.keys()]).toEqual([4, 5, 6]);
    expect(new Map([...losses, ...continued])).toEqual(expected);
    expect(continued.get(4)).toBe(losses.get(4));
  });

  test('a driver without memory is said in a sentence, and the last checkpoint is good', async ({
    skip,
  }) => {
    await startBackend(webgpuBackend);
    skip(!(await refusesItsLargestBuffer()), 'this device has the memory for its largest buffer');
    const checkpoints = { store: folderStore(temporaryFolder()), everySteps: 1 };
    const options = (): TrainOptions => ({
      ...{ ...tinyOptions(), model: model(), maxSteps: 6 },
      checkpoints,
    });
    const expected = await whole();
    const losses = new Map<number, number>();
    let unheld: Tensor | undefined;
    const fillAt4 = (step: number): void => {
      if (step === 4) unheld = fill([largest() / 4], 1);
    };
    await expect(lossesOf(train(options()), fillAt4, losses)).rejects.toThrow(
      expect.objectContaining({
        message: 'webgpu: the device has no memory left for a tensor.',
        hint: expect.stringContaining('The newest checkpoint is good.') as string,
      }),
    );
    unheld?.dispose();
    expect([...losses.keys()]).toEqual([1, 2, 3, 4]);
    // The device itself goes on.
    const continued = await lossesOf(train({ ...options(), resume: true }));
    expect([...continued.keys()]).toEqual([4, 5, 6]);
    expect(new Map([...losses, ...continued])).toEqual(expected);
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
