import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withoutSharing } from '../src/page/withoutSharing';
import { instantiateKernels } from '../src/threads/kernels';
import { ownProducts } from '../src/pool/ownProducts';
import { openKernels } from './openKernels';

const files = ['kernels.wasm', 'kernels.relaxed.wasm'];
const read = (file: string): Uint8Array<ArrayBuffer> =>
  readFileSync(new URL(`../dist/${file}`, import.meta.url));

test('the kernels over a memory that is not shared multiply as over one that is', () => {
  const module = new WebAssembly.Module(withoutSharing(read('kernels.wasm')));
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 256 });
  const kernels = instantiateKernels(module, memory);
  const own = { blas: null, precision: 'float32' } as const;
  const shared = openKernels('none');
  const [rows, columns, depth] = [5, 7, 9];
  const results = [
    {
      float32: new Float32Array(memory.buffer),
      product: ownProducts.makeProducts({ memory, part: 0, ...own }, kernels).product,
    },
    { float32: shared.float32, product: shared.ownProduct },
  ].map(({ float32, product }) => {
    const a = shared.heap;
    const b = a + 4 * rows * depth;
    const c = b + 4 * depth * columns;
    for (let i = a / 4; i < c / 4; i++) float32[i] = Math.sin(i);
    product(false, false, rows, columns, depth, a, depth, b, columns, false, c, columns);
    return [...float32.subarray(c / 4, c / 4 + rows * columns)];
  });
  expect(results[0]).toEqual(results[1]);
  expect(new Set(results[0]).size).toBe(rows * columns);
});

test.each(files)('one bit of %s changes', (file) => {
  const bytes = read(file);
  const changed = withoutSharing(bytes);
  const where = [...changed.keys()].filter((at) => changed[at] !== bytes[at]);
  expect(where).toHaveLength(1);
  expect((bytes[where[0]!] ?? 0) ^ (changed[where[0]!] ?? 0)).toBe(2);
});

test('a module without a shared memory is refused', () => {
  expect(() => withoutSharing(withoutSharing(read('kernels.wasm')))).toThrow(
    'withoutSharing: the first import of the module is no shared memory.',
  );
});
