import { BackendError, expectNumber, expectOneOf } from '@bnrnn/core';
import { setReferencePolicy, type ReferencePolicy } from '../dispatch/referencePolicy';
import { registerGradients } from '../gradients/registerGradients';
import {
  backendNames,
  type Backend,
  type BackendInfo,
  type BackendName,
  type BackendProbe,
  type StartOptions,
} from './backend';
import { backends } from './backends';
import { backendSettings } from './settings';

export interface StartBackendOptions {
  /**
   * Whether ops may run their reference implementation where the backend has no kernel. When absent,
   * what `BNRNN_REFERENCE` says, otherwise `allow`.
   */
  reference?: ReferencePolicy | undefined;
  /**
   * Threads to compute with; when absent what `BNRNN_THREADS` says, otherwise the backend's own choice. `wasm` and `cpu` have one in Node:
   * what a backend really uses stands in the returned `threads`.
   */
  threads?: number | undefined;
  /** Whether `node-gpu` may start where TensorFlow sees no GPU, and then compute on the CPU. */
  allowCpu?: boolean | undefined;
  /** `simd`: the most MiB that tensors may hold, 64 to 4096 (default); other backends have no limit of ours. */
  memoryMiB?: number | undefined;
  /** `auto`: hears of each backend that cannot run here and of the reason, before the next is tried. */
  onPassedOver?: ((name: BackendName, probe: BackendProbe) => void) | undefined;
}

/**
 * Makes a backend tfjs's own and registers the gradients that tfjs lacks in Node.
 *
 * @param name     a backend, or `auto`: the first that can run here of node-gpu, simd, node, wasm, cpu.
 * @param options  see `StartBackendOptions`.
 * @returns what was started: device, threads, versions.
 * @throws UsageError for an unknown name, and for an option or a `BNRNN_*` variable that cannot be used,
 *   whichever backend starts; BackendError when it cannot run here, saying what is missing and how to get it.
 */
export async function startBackend(
  name: BackendName | 'auto',
  options: StartBackendOptions = {},
): Promise<BackendInfo> {
  const wanted = expectOneOf('startBackend: name', name, ['auto', ...backendNames] as const);
  const settings = backendSettings();
  const { threads = settings.threads, allowCpu, memoryMiB = settings.memoryMiB } = options;
  const policies = ['allow', 'forbid'] as const;
  const reference = expectOneOf(
    'startBackend: reference',
    options.reference ?? settings.reference,
    policies,
  );
  if (threads !== undefined) {
    expectNumber('startBackend: threads', threads, { integer: true, min: 1 });
  }
  const asked: StartOptions = {
    ...(threads !== undefined && { threads }),
    ...(allowCpu !== undefined && { allowCpu }),
    ...(memoryMiB !== undefined && { memoryMiB }),
  };
  const info =
    wanted === 'auto'
      ? await startFirst(asked, options.onPassedOver ?? (() => undefined))
      : await byName(wanted).start(asked);
  registerGradients();
  setReferencePolicy(reference);
  return info;
}

function byName(name: BackendName): Backend {
  return backends.find((backend) => backend.name === name) as Backend;
}

/** Starts the first that can run here; what fails although its probe went well is passed over like the others. */
async function startFirst(
  options: StartOptions,
  passOver: (name: BackendName, probe: BackendProbe) => void,
): Promise<BackendInfo> {
  const reasons: string[] = [];
  for (const backend of backends) {
    const { name } = backend;
    const probe = await backend.probe(options);
    try {
      if (probe.available) return await backend.start(options);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      Object.assign(probe, { available: false, reason: error.message, fix: error.hint });
    }
    reasons.push(`${name}: ${probe.reason ?? 'cannot run here'}`);
    passOver(name, probe);
  }
  throw new BackendError(`No backend can run here. ${reasons.join(' ')}`, {
    hint: 'npm install @tensorflow/tfjs-backend-wasm@4.22.0',
  });
}
