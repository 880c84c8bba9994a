import { UsageError } from '@bnrnn/core';
import { getBackend, getGradient, tensor1d } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { globalNorm } from '../ops/globalNorm';
import type { Backend } from './backend';
import { cpuBackend } from './cpuBackend';
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
      precision: 'float32',
      versions: {
        '@tensorflow/tfjs-core': '4.22.0',
        [`@tensorflow/tfjs-backend-${name}`]: '4.22.0',
      },
    });
    expect(getGradient('BatchMatMul')).toBeDefined();
  });

  test('starts a backend that was never registered', async () => {
    const info = await startBackend(cpuBackend);
    expect(info.name).toBe('cpu');
    expect(getBackend()).toBe('cpu');
    const own: Backend = { ...cpuBackend, name: 'own' };
    await startBackend(own);
    await expect(startBackend('own')).rejects.toThrow('startBackend: backend is "own"');
  });

  test('refuses an unknown name, policy or number of threads', async () => {
    const unknown = startBackend('wsam');
    await expect(unknown).rejects.toThrow(UsageError);
    await expect(unknown).rejects.toThrow(
      /^startBackend: backend is "wsam", expected one of: auto, .*wasm, cpu\.$/,
    );
    await expect(startBackend('cpu', { fallback: 'never' as never })).rejects.toThrow(
      'startBackend: fallback is "never", expected one of: allow, forbid.',
    );
    await expect(startBackend('cpu', { threads: 0 })).rejects.toThrow('startBackend: threads is 0');
  });

  test('a precision that the backend does not have is refused before it starts', async () => {
    await expect(startBackend('cpu', { precision: 'bf16' })).rejects.toThrow(
      'The backend cpu has no precision bf16.',
    );
    await expect(startBackend('cpu', { precision: 'half' as never })).rejects.toThrow(
      'startBackend: precision is "half", expected one of: float32, bf16x3, bf16.',
    );
    const asked: (string | undefined)[] = [];
    const rounding: Backend = {
      ...cpuBackend,
      name: 'rounding',
      precisions: ['float32', 'bf16x3'],
      start: (options) => {
        asked.push(options.precision);
        return cpuBackend.start(options);
      },
    };
    expect((await startBackend(rounding, { precision: 'bf16x3' })).precision).toBe('bf16x3');
    expect((await startBackend(rounding)).precision).toBe('float32');
    await expect(startBackend(rounding, { precision: 'bf16' })).rejects.toThrow(UsageError);
    expect(asked).toEqual(['bf16x3', 'float32']);
    await expect(startBackend('auto', { precision: 'bf16' })).rejects.toThrow(
      'No registered backend computes in bf16 here.',
    );
  });
});

describe('BNRNN_FALLBACK', () => {
  afterEach(() => {
    delete process.env['BNRNN_FALLBACK'];
  });

  test('is the policy of a caller that names none', async () => {
    const x = tensor1d([1, 2, 3]);
    process.env['BNRNN_FALLBACK'] = 'forbid';
    await startBackend('cpu');
    expect(() => globalNorm([x])).toThrow('fallbacks are forbidden');
    await startBackend('cpu', { fallback: 'allow' });
    expect(globalNorm([x]).dataSync()[0]).toBeCloseTo(Math.sqrt(14), 6);
    process.env['BNRNN_FALLBACK'] = 'perhaps';
    await expect(startBackend('cpu')).rejects.toThrow('BNRNN_FALLBACK');
  });
});
