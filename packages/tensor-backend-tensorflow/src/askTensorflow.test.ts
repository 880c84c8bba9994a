import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askTensorflow } from './askTensorflow';
import { expectNvidiaDriver } from './expectNvidiaDriver';
import { temporaryFolder, writePackage } from '../test/fakeTfjsNode';
import type { TfjsNodePlace } from './findTfjsNode';

/** A package of this code in the place of tfjs-node. */
function packageOf(code: string): TfjsNodePlace {
  const folder = writePackage(temporaryFolder(), 'tfjs-node', code);
  return { packageName: '@tensorflow/tfjs-node', folder, entry: join(folder, 'index.js') };
}

const sees = (gpu: boolean) =>
  `module.exports = { backend: () => ({ isUsingGpuDevice: ${gpu}, binding: { TF_Version: '9.8.7' } }) };`;

test('tells the version and whether there is a GPU', async () => {
  const code = `console.log('a greeting'); ${sees(true)}`;
  expect(await askTensorflow(packageOf(code))).toEqual({
    value: { tensorflow: '9.8.7', gpu: true, cuda: [], complaint: null },
  });
});

test("takes TensorFlow's own word for what is wrong with the GPU", async () => {
  const line = 'W0000 00:00:1.5  123 gpu_device.cc:2344] Cannot dlopen some GPU libraries.';
  const code = `console.error('I0000 port.cc:1] other'); console.error(${JSON.stringify(line)}); ${sees(false)}`;
  expect((await askTensorflow(packageOf(code))).value).toMatchObject({
    gpu: false,
    complaint: 'Cannot dlopen some GPU libraries.',
  });
});

test('a package that throws, and one that ends its process, are explained', async () => {
  const thrown = "throw new Error('libcudart.so.12: cannot open shared object file')";
  expect(await askTensorflow(packageOf(thrown))).toMatchObject({
    problem: { reason: 'The CUDA library libcudart.so.12 is missing.' },
  });
  expect(await askTensorflow(packageOf("process.kill(process.pid, 'SIGILL')"))).toMatchObject({
    problem: {
      reason: '@tensorflow/tfjs-node does not load: its process was ended by SIGILL.',
    },
  });
});

test.runIf(process.platform === 'linux')('a driver shows by its device', () => {
  const folder = temporaryFolder();
  expect(expectNvidiaDriver([folder])).toEqual({ value: true });
  expect(expectNvidiaDriver([join(folder, 'nvidiactl')])).toMatchObject({
    problem: {
      reason: `This machine shows no NVIDIA GPU: no driver is loaded (${folder}/nvidiactl is not there).`,
    },
  });
});
