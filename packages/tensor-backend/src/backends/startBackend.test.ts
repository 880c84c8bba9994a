import { BackendError, UsageError } from '@bnrnn/core';
import { getBackend, getGradient, tensor1d } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { globalNorm } from '../ops/globalNorm';
import { backendNames } from './backend';
import { backends } from './backends';
import { startBackend } from './startBackend';

describe('startBackend', () => {
  test.each(['cpu', 'wasm'] as const)('starts %s and says what it is', async (name) => {
    const info = await startBackend(name);
    expect(getBackend()).toBe(name);
    expect(info).toEqual({
      name,
      device: 'CPU',
      threads: 1,
      blas: null,
      versions: {
        '@tensorflow/tfjs-core': '4.22.0',
        [`@tensorflow/tfjs-backend-${name}`]: '4.22.0',
      },
    });
    expect(getGradient('BatchMatMul')).toBeDefined();
  });

  test('auto starts the first that can run here', async () => {
    const probes = await Promise.all(backends.map((backend) => backend.probe()));
    const first = backends.find((_, i) => probes[i]?.available);
    expect((await startBackend('auto')).name).toBe(first?.name);
  });

  test('refuses an unknown name, policy or number of threads', async () => {
    const unknown = startBackend('wsam' as never);
    await expect(unknown).rejects.toThrow(UsageError);
    await expect(unknown).rejects.toThrow(
      'startBackend: name is "wsam", expected one of: auto, node-gpu, simd, node, wasm, cpu.',
    );
    await expect(startBackend('cpu', { reference: 'never' as never })).rejects.toThrow(
      'startBackend: reference is "never", expected one of: allow, forbid.',
    );
    await expect(startBackend('cpu', { threads: 0 })).rejects.toThrow('startBackend: threads is 0');
  });
});

describe('backends', () => {
  test('stand in the order in which auto tries them', () => {
    expect(backends.map((backend) => backend.name)).toEqual([...backendNames]);
  });

  test.each(backends.map((backend) => [backend.name, backend] as const))(
    '%s says what is missing and starts only when it can',
    async (name, backend) => {
      const probe = await backend.probe();
      if (probe.available) {
        expect(probe.reason).toBeUndefined();
        return;
      }
      expect(probe.reason).toMatch(/^(The package \S+ is|TensorFlow sees|This machine shows) /);
      expect(probe.fix).toMatch(/\S/);
      const start = backend.start({});
      await expect(start).rejects.toThrow(BackendError);
      await expect(start).rejects.toThrow(
        `The backend "${name}" cannot start: ${probe.reason ?? ''}`,
      );
    },
  );
});

describe('BNRNN_REFERENCE', () => {
  afterEach(() => {
    delete process.env['BNRNN_REFERENCE'];
  });

  test('is the policy of a caller that names none', async () => {
    const x = tensor1d([1, 2, 3]);
    process.env['BNRNN_REFERENCE'] = 'forbid';
    await startBackend('cpu');
    expect(() => globalNorm([x])).toThrow('reference implementations are forbidden');
    await startBackend('cpu', { reference: 'allow' });
    expect(globalNorm([x]).dataSync()[0]).toBeCloseTo(Math.sqrt(14), 6);
    process.env['BNRNN_REFERENCE'] = 'perhaps';
    await expect(startBackend('cpu')).rejects.toThrow('BNRNN_REFERENCE');
  });
});
