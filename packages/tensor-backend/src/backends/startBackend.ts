import {
  BackendError,
  expectNumber,
  expectOneOf,
  UsageError,
  precisions,
  type Precision,
} from '@bnrnn/core';
import { setFallbackPolicy, type FallbackPolicy } from '../dispatch/fallbackPolicy';
import { expectOneTfjs } from './expectOneTfjs';
import { registerGradients } from '../gradients/registerGradients';
import {
  type Backend,
  type BackendInfo,
  type BackendProbe,
  type StartedBackend,
  type StartOptions,
} from './backend';
import { backendByName, registeredBackends } from './registry';
import { backendSettings } from './settings';

export interface StartBackendOptions {
  /**
   * Whether ops may run their fallback where the backend has no kernel. When absent, what
   * `BNRNN_FALLBACK` says, otherwise `allow`.
   */
  fallback?: FallbackPolicy | undefined;
  /**
   * Threads to compute with; when absent what `BNRNN_THREADS` says, otherwise the backend's own choice. `wasm` and `cpu` have one in Node:
   * what a backend really uses stands in the returned `threads`.
   */
  threads?: number | undefined;
  /** Whether `node-gpu` may start where TensorFlow sees no GPU, and then compute on the CPU. */
  allowCpu?: boolean | undefined;
  /** `simd`: the most MiB that tensors may hold, 64 to 4096 (default); other backends have no limit of ours. */
  memoryMiB?: number | undefined;
  /** `simd`: the library that a run computed with, as `BackendInfo` names it: taken again where it is here. */
  blas?: string | null | undefined;
  /**
   * What the operands of matrix products are rounded to. When absent, what `BNRNN_PRECISION` says, otherwise `float32`, the
   * only one of most backends.
   */
  precision?: Precision | undefined;
  /** `auto`: hears of each backend that cannot run here and of the reason, before the next is tried. */
  onPassedOver?: ((name: string, probe: BackendProbe) => void) | undefined;
}

/**
 * Makes a backend tfjs's own and registers the gradients that tfjs's core lacks.
 *
 * @param backend  a backend; or the name of a registered one (`wasm` and `cpu` are, others with
 *   `registerBackend`); or `auto`: the first registered one that can run here.
 * @param options  see `StartBackendOptions`.
 * @returns what was started: device, threads, versions.
 * @throws UsageError for a name that is not registered, and for an option or a `BNRNN_*` variable that cannot be used,
 *   whichever backend starts; BackendError when it cannot run here, saying what is missing and how to get it, and where
 *   another copy of this library brought a tfjs-core of its own.
 */
export async function startBackend(
  backend: Backend | string,
  options: StartBackendOptions = {},
): Promise<BackendInfo> {
  const chosen =
    typeof backend === 'string' ? backendByName('startBackend: backend', backend) : backend;
  const settings = backendSettings();
  const { threads = settings.threads, allowCpu, memoryMiB = settings.memoryMiB, blas } = options;
  const policies = ['allow', 'forbid'] as const;
  const fallback = expectOneOf(
    'startBackend: fallback',
    options.fallback ?? settings.fallback,
    policies,
  );
  const precision = expectOneOf(
    'startBackend: precision',
    options.precision ?? settings.precision,
    precisions,
  );
  if (chosen !== 'auto') expectPrecision(chosen, precision);
  if (threads !== undefined) {
    expectNumber('startBackend: threads', threads, { integer: true, min: 1 });
  }
  const asked: StartOptions = {
    ...(threads !== undefined && { threads }),
    ...(allowCpu !== undefined && { allowCpu }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    ...(blas !== undefined && { blas }),
    precision,
  };
  expectOneTfjs();
  const info =
    chosen === 'auto'
      ? await startFirst(asked, options.onPassedOver ?? (() => undefined))
      : await chosen.start(asked);
  registerGradients();
  setFallbackPolicy(fallback);
  return { ...info, precision };
}

function hasPrecision({ precisions: own = ['float32'] }: Backend, wanted: Precision): boolean {
  return own.includes(wanted);
}

/** @throws UsageError where the backend does not compute in that precision on any machine. */
function expectPrecision(backend: Backend, wanted: Precision): void {
  if (hasPrecision(backend, wanted)) return;
  const others = registeredBackends().filter((other) => hasPrecision(other, wanted));
  const names = others.map(({ name }) => name).join(', ');
  throw new UsageError(`The backend ${backend.name} has no precision ${wanted}.`, {
    hint: names === '' ? 'Take float32.' : `Take float32, or the backend ${names}.`,
  });
}

/** Starts the first that can run here; what fails although its probe went well is passed over like the others. */
async function startFirst(
  options: StartOptions,
  passOver: (name: string, probe: BackendProbe) => void,
): Promise<StartedBackend> {
  const { precision = 'float32' } = options;
  const reasons: string[] = [];
  for (const backend of registeredBackends()) {
    if (!hasPrecision(backend, precision)) continue;
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
  if (precision !== 'float32') {
    throw new BackendError(
      `No registered backend computes in ${precision} here. ${reasons.join(' ')}`.trimEnd(),
      { hint: 'Take float32, which all of them have.' },
    );
  }
  throw new BackendError(`No registered backend can run here. ${reasons.join(' ')}`, {
    hint: 'npm install @tensorflow/tfjs-backend-wasm@4.22.0',
  });
}
