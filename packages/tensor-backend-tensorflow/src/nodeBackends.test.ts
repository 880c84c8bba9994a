import { BackendError } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose } from '@bnrnn/test-utils';
import {
  getBackend,
  grad,
  matMul,
  mul,
  sum,
  tensor1d,
  tensor2d,
  unstack,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nodeBackend, nodeGpuBackend } from './nodeBackends';
import { expectNvidiaDriver } from './expectNvidiaDriver';

/** Set by tools/libtensorflow's users, and by tools/suites.mjs. */
const built = process.env['BNRNN_TFJS_NODE'];
const hasDriver = expectNvidiaDriver().value === true;

describe.runIf(built)('with the TensorFlow that BNRNN_TFJS_NODE names', () => {
  test('node says its version, starts and multiplies', async () => {
    const probe = await nodeBackend.probe();
    expect(probe).toMatchObject({
      available: true,
      details: expect.stringMatching(/^TensorFlow 2\./) as string,
    });
    const info = await startBackend(nodeBackend);
    expect(info).toMatchObject({ name: 'node', device: 'CPU' });
    expect(probe.details).toContain(`TensorFlow ${info.versions['tensorflow']!} `);
    expect(getBackend()).toBe('tensorflow');
    const product = matMul(tensor2d([[1, 2]]), tensor2d([[3], [5]]));
    expect([...product.dataSync()]).toEqual([13]);
  });

  test('our gradients stand, not those of the union package that tfjs-node loads', async () => {
    await startBackend(nodeBackend);
    // tfjs's own gradient of unstack throws for one part.
    const loss = (t: Tensor) => sum(mul(unstack(t)[0]!, tensor1d([7, 11])));
    expectClose(grad(loss)(tensor2d([[2, 3]])), tensor2d([[7, 11]]));
  });

  test.runIf(!hasDriver)('node-gpu refuses the CPU, unless it is allowed', async () => {
    await expect(startBackend(nodeGpuBackend)).rejects.toThrow(
      'The backend "node-gpu" cannot start: This machine shows no NVIDIA GPU',
    );
    expect(await startBackend(nodeGpuBackend, { allowCpu: true })).toMatchObject({
      name: 'node-gpu',
      device: 'CPU',
    });
  });
});

test.runIf(!hasDriver)('node-gpu is not available without a driver', async () => {
  expect(await nodeGpuBackend.probe()).toMatchObject({
    available: false,
    reason: expect.stringContaining('This machine shows no NVIDIA GPU') as string,
  });
});

test.each([nodeBackend, nodeGpuBackend])(
  '$name says what is missing and starts only when it can',
  async (backend) => {
    const { available, reason = '', fix } = await backend.probe();
    if (available) {
      expect(reason).toBe('');
      return;
    }
    expect(reason).toMatch(/^(The package \S+ is|TensorFlow sees|This machine shows) /);
    expect(fix).toMatch(/\S/);
    const start = backend.start({});
    await expect(start).rejects.toThrow(BackendError);
    await expect(start).rejects.toThrow(`The backend "${backend.name}" cannot start: ${reason}`);
  },
);
