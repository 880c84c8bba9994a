import { availableParallelism } from 'node:os';
import { BackendError } from '@bnrnn/core';
import { version_core } from '@tensorflow/tfjs-core';
import { activate } from './activate';
import type { Backend, BackendProbe } from './backend';
import { importOptional } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';

/**
 * What we use of `@tensorflow/tfjs-node` and `-node-gpu`. Declared here because neither may stand in
 * the lock file: their install scripts download native libraries.
 */
interface TfjsNode {
  version: Record<string, string>;
  backend(): { isUsingGpuDevice?: boolean };
}

/** TensorFlow's C library on the CPU. */
export const nodeBackend = tensorflowBackend('node', '@tensorflow/tfjs-node');

/** TensorFlow's C library on an NVIDIA GPU. */
export const nodeGpuBackend = tensorflowBackend('node-gpu', '@tensorflow/tfjs-node-gpu');

function tensorflowBackend(name: 'node' | 'node-gpu', packageName: string): Backend {
  const probeModule = async (module: TfjsNode): Promise<BackendProbe> => {
    const version = module.version['tfjs-node'] ?? module.version['tfjs'] ?? 'of unknown version';
    const details = `TensorFlow's C library, ${packageName} ${version}`;
    if (lacksRemovedFunction()) {
      return {
        available: false,
        details,
        reason: `${packageName} calls util.isNullOrUndefined, which Node 23 removed; this is Node ${process.versions.node}.`,
        fix: 'Run with Node 20 or 22.',
      };
    }
    if (name === 'node') return { available: true, details };
    await activate('tensorflow');
    if (module.backend().isUsingGpuDevice === true) return { available: true, details };
    return {
      available: false,
      details,
      reason: 'TensorFlow sees no GPU.',
      fix: 'Install the NVIDIA driver, CUDA 11.8 and cuDNN 8.6, and see that `nvidia-smi` lists a GPU.',
    };
  };

  return {
    name,
    async probe() {
      const found = await importOptional<TfjsNode>(packageName);
      return 'module' in found
        ? probeModule(found.module)
        : probePackage(packageName, found, () => ({ available: true, details: '' }));
    },
    async start() {
      const found = await importOptional<TfjsNode>(packageName);
      const module = expectPackage(name, packageName, found);
      const probe = await probeModule(module);
      if (!probe.available) {
        throw new BackendError(`The backend "${name}" cannot start: ${probe.reason ?? ''}`, {
          hint: probe.fix ?? '',
        });
      }
      await activate('tensorflow');
      return {
        name,
        device: name === 'node' ? 'CPU' : 'NVIDIA GPU',
        threads: availableParallelism(),
        blas: null,
        versions: { '@tensorflow/tfjs-core': version_core, ...module.version },
      };
    },
  };
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined` inside ops: it loads and fails later. */
function lacksRemovedFunction(): boolean {
  return Number(process.versions.node.split('.')[0]) >= 23;
}
