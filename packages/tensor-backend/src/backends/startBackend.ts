import { BackendError, expectNumber, expectOneOf } from '@bnrnn/core';
import { setReferencePolicy, type ReferencePolicy } from '../dispatch/referencePolicy';
import { registerGradients } from '../gradients/registerGradients';
import { backendNames, type Backend, type BackendInfo, type BackendName } from './backend';
import { backends } from './backends';

export interface StartBackendOptions {
  /**
   * Whether ops may run their reference implementation where the backend has no kernel. When absent,
   * what `BNRNN_REFERENCE` says, otherwise `allow`.
   */
  reference?: ReferencePolicy | undefined;
  /**
   * Threads to compute with; the backend's own choice when absent. `wasm` and `cpu` have one in Node:
   * what a backend really uses stands in the returned `threads`.
   */
  threads?: number | undefined;
  /** Whether `node-gpu` may start where TensorFlow sees no GPU, and then compute on the CPU. */
  allowCpu?: boolean | undefined;
  /** `simd`: the most MiB that tensors may hold, 64 to 4096 (default); other backends have no limit of ours. */
  memoryMiB?: number | undefined;
}

/**
 * Makes a backend tfjs's own and registers the gradients that tfjs lacks in Node.
 *
 * @param name     a backend, or `auto`: the first that can run here of node-gpu, simd, node, wasm, cpu.
 * @param options  see `StartBackendOptions`.
 * @returns what was started: device, threads, versions.
 * @throws UsageError for an unknown name; BackendError when it cannot run here, saying what is
 *   missing and how to get it.
 */
export async function startBackend(
  name: BackendName | 'auto',
  options: StartBackendOptions = {},
): Promise<BackendInfo> {
  const wanted = expectOneOf('startBackend: name', name, ['auto', ...backendNames] as const);
  const { threads, allowCpu, memoryMiB } = options;
  const reference = readPolicy(options.reference);
  if (threads !== undefined) {
    expectNumber('startBackend: threads', threads, { integer: true, min: 1 });
  }
  const backend = wanted === 'auto' ? await firstAvailable() : byName(wanted);
  const info = await backend.start({
    ...(threads === undefined ? {} : { threads }),
    ...(allowCpu === undefined ? {} : { allowCpu }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
  });
  registerGradients();
  setReferencePolicy(reference);
  return info;
}

function readPolicy(given: ReferencePolicy | undefined): ReferencePolicy {
  const policies = ['allow', 'forbid'] as const;
  if (given !== undefined) return expectOneOf('startBackend: reference', given, policies);
  return expectOneOf('BNRNN_REFERENCE', process.env['BNRNN_REFERENCE'] || 'allow', policies);
}

function byName(name: BackendName): Backend {
  return backends.find((backend) => backend.name === name) as Backend;
}

async function firstAvailable(): Promise<Backend> {
  for (const backend of backends) {
    const { available } = await backend.probe();
    if (available) return backend;
  }
  throw new BackendError('No backend can run here.', {
    hint: 'npm install @tensorflow/tfjs-backend-wasm@4.22.0',
  });
}
