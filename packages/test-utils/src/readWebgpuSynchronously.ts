import { engine } from '@tensorflow/tfjs-core';

interface Buffer {
  readonly size: number;
  readonly mapState: string;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  destroy(): void;
}

/** What tfjs's WebGPU backend reads with. */
interface WebgpuReader {
  readonly device: { createBuffer(descriptor: { size: number; usage: number }): Buffer };
  readonly tensorMap: {
    get(dataId: object): { values: object | null; resource: Buffer; dtype: string };
  };
  readonly commandEncoder: {
    copyBufferToBuffer(from: Buffer, start: number, to: Buffer, at: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readSync(dataId: object): object;
}

/** WebGPU's numbers for buffers that are copied to and mapped, and for the mapping. */
const [mapRead, copyTarget] = [1, 8];

/**
 * A backend of WebGPU in Node whose tensors can also be read synchronously, as the suites do on every backend.
 *
 * WebGPU itself has no such read, and tfjs's needs a browser's canvas. Here Dawn's own turn of the event loop, which it
 * asks for with `setImmediate`, runs by hand until a buffer is mapped.
 */
export function readWebgpuSynchronously<
  Backend extends { start(options: never): Promise<unknown> },
>(backend: Backend): Backend {
  const turns = catchTurns();
  return {
    ...backend,
    async start(options: never) {
      const info = await backend.start(options);
      const started = engine().backend as unknown as WebgpuReader;
      started.readSync = (dataId) => readSync(started, dataId, turns);
      return info;
    },
  };
}

/** The callbacks of native code that wait in `setImmediate`; each still runs by itself unless it is run before. */
function catchTurns(): Set<() => void> {
  const waiting = new Set<() => void>();
  const { setImmediate: original } = globalThis;
  const isNative = (callback: () => void): boolean =>
    Function.prototype.toString.call(callback).includes('[native code]');
  const catching = (callback: (...given: unknown[]) => void, ...given: unknown[]) => {
    if (!isNative(callback)) return original(callback, ...given);
    waiting.add(callback);
    return original(() => {
      if (waiting.delete(callback)) callback();
    });
  };
  globalThis.setImmediate = Object.assign(catching, original);
  return waiting;
}

function readSync(backend: WebgpuReader, dataId: object, turns: Set<() => void>): object {
  const { values, resource, dtype } = backend.tensorMap.get(dataId);
  // tfjs leaves it undefined, not null, for a tensor that a kernel made.
  if ((values as object | null | undefined) != null) return values as object;
  const { size } = resource;
  const staging = backend.device.createBuffer({ size, usage: mapRead + copyTarget });
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(resource, 0, staging, 0, size);
  backend.submitQueue();
  const failures: unknown[] = [];
  staging.mapAsync(mapRead).catch((error: unknown) => failures.push(error));
  const end = Date.now() + 60_000;
  while (staging.mapState !== 'mapped') {
    if (failures.length > 0 || Date.now() > end) {
      throw new Error(`readWebgpuSynchronously: the buffer was not mapped. ${failures.join(' ')}`);
    }
    for (const turn of [...turns]) {
      turns.delete(turn);
      turn();
    }
  }
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  if (dtype === 'int32') return new Int32Array(bytes);
  return dtype === 'bool' ? Uint8Array.from(new Int32Array(bytes)) : new Float32Array(bytes);
}
