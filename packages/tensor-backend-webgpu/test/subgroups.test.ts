import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { engine, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { findGpu } from '../src/findGpu';
import { GpuBackend } from '../src/gpu/gpuBackend';
import { defineProgram, run } from '../src/gpu/program';
import { hasSubgroups } from '../src/gpu/totals';
import { startDevice } from '../src/startDevice';

const { available } = await webgpuBackend.probe();
const found = await findGpu();
/** An adapter makes one device. */
const askAdapter = async () => ('gpu' in found ? await found.gpu.requestAdapter() : null);
const offered: ReadonlySet<string> | undefined = (await askAdapter())?.features;
const isOffered = offered?.has('subgroups') === true;

/** Each workgroup folds its part of x, and every invocation writes what it sees. */
const foldOf = (size: 64 | 256) =>
  defineProgram({
    name: `fold${size}`,
    params: { count: 'u32' },
    reads: { x: 'f32' },
    writes: { totals: 'f32', most: 'f32' },
    workgroup: [size],
    folds: true,
    main: `
  let i = group.x * ${size}u + lane;
  let sum = total(x[i]);
  let high = largest(x[i]);
  totals[i] = sum + total(0.0);
  most[i] = high;`,
  });

describe.each([
  { form: 'subgroups', features: ['subgroups'], isThere: isOffered },
  { form: 'the plain form', features: [], isThere: available },
])('sums over a workgroup by $form', ({ features, isThere, form }) => {
  test.runIf(isThere).each([64, 256] as const)(
    'of %i invocations are seen by all of them',
    async (size) => {
      await startDevice((await askAdapter()) as GPUAdapter, features);
      const { backend } = engine();
      if (!(backend instanceof GpuBackend)) throw new Error('webgpu is not the active backend.');
      expect(hasSubgroups(backend.device)).toBe(form === 'subgroups');
      const count = 3 * size;
      // Whole numbers, so that every order of additions gives the same bits.
      const values = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) - 70);
      const [totals, most] = [backend.allocate([count]), backend.allocate([count])];
      run(backend, foldOf(size), {
        reads: { x: tensor1d(values) },
        writes: { totals, most },
        steps: [{ count }],
        groups: [3],
      });
      const parts = [0, 1, 2].map((group) => values.slice(group * size, (group + 1) * size));
      const expected = (fold: (part: Float32Array) => number) =>
        parts.flatMap((part) => Array.from(part, () => fold(part)));
      expect([...((await backend.read(totals.dataId)) as Float32Array)]).toEqual(
        expected((part) => part.reduce((a, b) => a + b)),
      );
      expect([...((await backend.read(most.dataId)) as Float32Array)]).toEqual(
        expected((part) => Math.max(...part)),
      );
    },
  );
});
