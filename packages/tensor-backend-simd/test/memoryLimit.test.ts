import { startBackend } from '@bnrnn/tensor-backend';
import { engine, fill } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

test('BNRNN_MEMORY_MIB is checked before anything starts', async () => {
  process.env['BNRNN_MEMORY_MIB'] = 'much';
  await expect(startBackend('simd', { threads: 1 })).rejects.toThrow(
    'BNRNN_MEMORY_MIB is "much", expected a whole number at least 64 and at most 4096.',
  );
  delete process.env['BNRNN_MEMORY_MIB'];
});

test('a start option limits what tensors may hold', async () => {
  await expect(startBackend('simd', { memoryMiB: 5000 })).rejects.toThrow(
    'startBackend: memoryMiB is 5000, expected a whole number at least 64 and at most 4096.',
  );
  await startBackend('simd', { threads: 1, memoryMiB: 80 });
  const { capacity } = (engine().backend as unknown as { bytes: { capacity: number } }).bytes;
  expect(capacity / 2 ** 20).toBeGreaterThan(75);
  expect(capacity / 2 ** 20).toBeLessThan(80);
  fill([70, 2 ** 18], 1).dispose();
  expect(() => fill([90, 2 ** 18], 1)).toThrow(
    /^simd: a tensor of 90 MiB does not fit: .* and the backend was started with no more\.$/,
  );
  await startBackend('simd', { threads: 1 });
  await expect(startBackend('simd', { threads: 1, memoryMiB: 100 })).rejects.toThrow(
    'simd: already runs with 80 MiB in this process, asked for 100.',
  );
});
