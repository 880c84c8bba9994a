import { BackendError } from '@bnrnn/core';
import { engine, type TensorInfo } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Pool } from '../pool/pool';
import { SharedMemoryBackend } from './sharedMemoryBackend';

const pool: Pool = {
  threads: 1,
  blas: undefined,
  precision: 'float32',
  run: () => undefined,
};
const page = 65_536;

function make({ poison = false, pages = 2 } = {}) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const backend = new SharedMemoryBackend({ memory, heapStart: page, pool, poison });
  engine().registerBackend(`test ${names++}`, () => backend);
  return backend;
}
let names = 0;

const values = Float32Array.of(1, 2, 3, 4, 5);

describe('a tensor owns its numbers', () => {
  test('write copies in', () => {
    const backend = make();
    const given = values.slice();
    const tensor = backend.makeTensorInfo([5], 'float32', given);
    given.fill(9);
    expect([...backend.view(tensor)]).toEqual([1, 2, 3, 4, 5]);
  });

  test('readSync copies out', () => {
    const backend = make();
    const tensor = backend.makeTensorInfo([5], 'float32', values);
    const read = backend.readSync(tensor.dataId) as Float32Array;
    backend.view(tensor).fill(9);
    expect([...read]).toEqual([1, 2, 3, 4, 5]);
    read.fill(8);
    expect([...backend.view(tensor)]).toEqual([9, 9, 9, 9, 9]);
  });

  test.each(['float32', 'int32', 'bool'] as const)('%s keeps its own kind of array', (dtype) => {
    const backend = make();
    const tensor = backend.makeTensorInfo([3], dtype, Float32Array.of(1, 0, 1));
    const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
    expect(backend.view(tensor)).toBeInstanceOf(kinds[dtype]);
    expect([...backend.view(tensor)]).toEqual([1, 0, 1]);
  });

  test('strings pass through', () => {
    const backend = make();
    const letter = new TextEncoder().encode('ä');
    const tensor = backend.makeTensorInfo([1], 'string', [letter]);
    expect(backend.readSync(tensor.dataId)).toEqual([letter]);
    expect(backend.disposeData(tensor.dataId)).toBe(true);
  });
});

describe('blocks', () => {
  test('a disposed tensor’s block serves the next of its size', () => {
    const backend = make();
    const first = backend.makeTensorInfo([5], 'float32', values);
    const offset = backend.offset(first);
    backend.disposeData(first.dataId);
    expect(backend.offset(backend.allocate([5]))).toBe(offset);
    expect(backend.bytes).toEqual({ inUse: 64, peak: 64, capacity: page - 64, gaps: 1 });
  });

  test('a shared one lives until its last user goes', () => {
    const backend = make();
    const tensor = backend.makeTensorInfo([5], 'float32', values);
    backend.incRef(tensor.dataId);
    expect(backend.disposeData(tensor.dataId)).toBe(false);
    expect([...backend.view(tensor)]).toEqual([1, 2, 3, 4, 5]);
    expect(backend.disposeData(tensor.dataId)).toBe(true);
    expect(backend.bytes.inUse).toBe(0);
  });

  test.each([true, false])('poison %s: what a freed block holds', (poison) => {
    const backend = make({ poison });
    const tensor = backend.makeTensorInfo([5], 'float32', values);
    const view = backend.view(tensor);
    backend.disposeData(tensor.dataId);
    expect([...view]).toEqual(poison ? [NaN, NaN, NaN, NaN, NaN] : [1, 2, 3, 4, 5]);
  });

  test('residuals go with the tensor that they are filed under', () => {
    const backend = make();
    const under: TensorInfo = backend.allocate([4]);
    backend.keepResiduals(under.dataId, [backend.allocate([100]), backend.allocate([50])]);
    expect(backend.residuals(under.dataId)).toHaveLength(2);
    backend.disposeData(under.dataId);
    expect(backend.bytes.inUse).toBe(0);
    expect(() => backend.residuals(under.dataId)).toThrow('a gradient was asked for twice');
  });

  test('dispose frees everything and the backend can go on', () => {
    const backend = make();
    backend.makeTensorInfo([5], 'float32', values);
    backend.dispose();
    expect(backend.bytes.inUse).toBe(0);
    expect(backend.numDataIds()).toBe(0);
    expect([...backend.view(backend.makeTensorInfo([5], 'float32', values))][4]).toBe(5);
  });
});

test('what does not fit is refused with sizes and a way out', () => {
  const backend = make({ pages: 50 }); // 49 pages of heap: 3.06 MiB
  backend.allocate([262_144]);
  const refused = () => backend.allocate([3, 262_144]);
  expect(refused).toThrow(BackendError);
  expect(refused).toThrow(
    'simd: a tensor of 3 MiB does not fit: 1 of 4 MiB are in use, and the backend was started with no more.',
  );
  try {
    refused();
  } catch (error) {
    expect((error as BackendError).hint).toContain('fewer rows');
  }
});
