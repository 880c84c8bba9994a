import { availableProcessors, BackendError } from '@bnrnn/core';
import {
  activate,
  type Backend,
  type StartedBackend,
  type BackendProbe,
  type StartOptions,
} from '@bnrnn/tensor-backend';
import { version_core } from '@tensorflow/tfjs-core';
import { askTensorflow } from './askTensorflow';
import { expectNvidiaDriver } from './expectNvidiaDriver';
import { findSecondCore, findTfjsNode } from './findTfjsNode';
import { loadTfjsNode } from './loadTfjsNode';
import { commands, type Problem } from './problem';

/** The threads that TensorFlow computes with, once it is loaded. */
let threads: number | undefined;

/** TensorFlow's C library on the CPU. */
export const nodeBackend: Backend = {
  name: 'node',
  async probe() {
    const found = await probeTensorflow('@tensorflow/tfjs-node');
    if ('problem' in found) return unavailable(found.problem);
    return { available: true, details: found.details };
  },
  start: (options) =>
    // A library built for CUDA takes a GPU where it sees one; that is what node-gpu is for.
    start(
      'node',
      '@tensorflow/tfjs-node',
      { ...options, allowCpu: true },
      { CUDA_VISIBLE_DEVICES: '-1' },
    ),
};

/** TensorFlow's C library on an NVIDIA GPU. */
export const nodeGpuBackend: Backend = {
  name: 'node-gpu',
  async probe() {
    const driver = expectNvidiaDriver();
    if (driver.value === undefined) return unavailable(driver.problem);
    const found = await probeTensorflow('@tensorflow/tfjs-node-gpu');
    if ('problem' in found) return unavailable(found.problem);
    if (found.gpu) return { available: true, details: found.details };
    return { ...unavailable(noGpu(found.complaint)), details: found.details };
  },
  start: (options) => start('node-gpu', '@tensorflow/tfjs-node-gpu', options, {}),
};

async function probeTensorflow(name: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu') {
  const found = findTfjsNode(name);
  if (found.value === undefined) return found;
  const copies = findSecondCore(found.value);
  if (copies.value === undefined) return copies;
  const answer = await askTensorflow(found.value);
  if (answer.value === undefined) return answer;
  const { tensorflow, cuda, gpu, complaint } = answer.value;
  const libraries = gpu && cuda.length > 0 ? `; ${cuda.join(', ')}` : '';
  const details = `TensorFlow ${tensorflow} through ${found.value.folder}${libraries}`;
  return { details, gpu, complaint };
}

async function start(
  name: 'node' | 'node-gpu',
  packageName: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu',
  options: StartOptions,
  environment: Readonly<Record<string, string>>,
): Promise<StartedBackend> {
  if (options.allowCpu !== true) {
    const driver = expectNvidiaDriver();
    if (driver.value === undefined) throw cannotStart(name, driver.problem);
  }
  // TensorFlow reads the number of threads once, as it is loaded.
  threads ??= options.threads ?? availableProcessors();
  const loaded = loadTfjsNode(packageName, {
    ...environment,
    TF_NUM_INTRAOP_THREADS: String(threads),
  });
  if (loaded.value === undefined) throw cannotStart(name, loaded.problem);
  const { isUsingGpuDevice, binding } = loaded.value.backend();
  if (!isUsingGpuDevice && options.allowCpu !== true) throw cannotStart(name, noGpu(null));
  await activate('tensorflow');
  return {
    name,
    device: isUsingGpuDevice ? 'NVIDIA GPU' : 'CPU',
    threads,
    blas: isUsingGpuDevice ? 'cuBLAS' : 'Eigen and oneDNN in TensorFlow',
    versions: {
      '@tensorflow/tfjs-core': version_core,
      [packageName]: loaded.value.version['tfjs-node'] ?? 'unknown',
      tensorflow: binding.TF_Version,
    },
  };
}

function unavailable(problem: Problem): BackendProbe {
  return { available: false, details: 'needs TensorFlow', ...problem };
}

function noGpu(complaint: string | null): Problem {
  const said = complaint === null ? '' : ` It says: ${complaint}`;
  return {
    reason: `TensorFlow sees no GPU.${said}`,
    fix: `${commands.buildForGpu}; then \`nvidia-smi\` must list a GPU (--allow-cpu runs it on the CPU)`,
  };
}

function cannotStart(name: string, { reason, fix }: Problem): BackendError {
  return new BackendError(`The backend "${name}" cannot start: ${reason}`, { hint: fix });
}
