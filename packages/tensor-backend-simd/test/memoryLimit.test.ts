import { lstmScan, startBackend } from '@bnrnn/tensor-backend';
import { engine, fill, grad, sum, zeros, type Rank, type Scalar } from '@tensorflow/tfjs-core';
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
  // A scan that fails after some of its blocks were taken leaves none of them.
  const inUse = () => (engine().backend as unknown as { bytes: { inUse: number } }).bytes.inUse;
  const [time, batch, units] = [150, 64, 256];
  const x = fill<Rank.R3>([time, batch, 4 * units], 0.1);
  const weights = fill<Rank.R2>([units, 4 * units], 0.1);
  const state = zeros<Rank.R2>([batch, units]);
  const before = inUse();
  const scan = { projected: x, recurrent: weights, hidden0: state, cell0: state };
  const failing = () =>
    grad((projected) =>
      sum<Scalar>(lstmScan({ ...scan, projected: projected as typeof x }).hidden),
    )(x);
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(failing).toThrow('does not fit');
    expect(inUse()).toBe(before);
  }
  await startBackend('simd', { threads: 1 });
  await expect(startBackend('simd', { threads: 1, memoryMiB: 100 })).rejects.toThrow(
    'simd: already runs with 80 MiB in this process, asked for 100.',
  );
});
