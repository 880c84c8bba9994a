import { BackendError, type Lengths } from '@bnrnn/core';
import {
  engine,
  getBackend,
  getKernel,
  registerGradient,
  registerKernel,
  unregisterGradient,
  getGradient,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { freeConsumed, type OpKernelConfig } from '@bnrnn/tensor-backend';
import { SharedMemoryBackend } from '../backend/sharedMemoryBackend';

/** The name under which tfjs knows this backend. */
export const backendName = 'simd';

/** A kernel of this backend and, for an op contract, its gradient. */
export interface SimdKernel {
  readonly name: string;
  run(
    backend: SharedMemoryBackend,
    inputs: Record<string, TensorInfo>,
    attributes: Record<string, unknown>,
  ): TensorInfo | TensorInfo[];
  /** Whether it can serve a call; always where absent. */
  readonly supports?: (
    attributes: Readonly<Record<string, unknown>>,
    inputs: Readonly<Record<string, TensorInfo>>,
  ) => boolean;
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
}

/** Registers a kernel and its gradient with tfjs. */
export function register(kernel: SimdKernel): void {
  const config: OpKernelConfig = {
    kernelName: kernel.name,
    backendName,
    kernelFunc({ inputs, attrs, backend }) {
      const own = expectOwn(backend);
      const tensors = inputs as Record<string, TensorInfo>;
      // Ids, for instance: what follows from them steers the rest of a rehearsal.
      const known = own.knows(Object.values(tensors)) && hasCpuKernel(kernel.name);
      return known
        ? cpuKernel(kernel.name, own, tensors, attrs ?? {})
        : own.orNothing(() => kernel.run(own, tensors, attrs ?? {}));
    },
  };
  if (kernel.supports !== undefined) config.supports = kernel.supports;
  registerKernel(config);
  if (kernel.gradient === undefined) return;
  if ((getGradient(kernel.name) as unknown) !== undefined) unregisterGradient(kernel.name);
  const { gradFunc, ...kept } = kernel.gradient;
  registerGradient({
    kernelName: kernel.name,
    ...kept,
    gradFunc(dys, saved, attributes) {
      const gradients = activeBackend().orNothing(() => gradFunc(dys, saved, attributes));
      freeConsumed(Array.isArray(dys) ? dys : [dys], saved);
      return gradients;
    },
  });
}

/** The active backend, inside a gradient function. */
export function activeBackend(): SharedMemoryBackend {
  return expectOwn(engine().backend);
}

function expectOwn(backend: unknown): SharedMemoryBackend {
  if (backend instanceof SharedMemoryBackend) return backend;
  throw new BackendError(`simd: a kernel of its own ran on the backend "${getBackend()}".`);
}

/** Makes a tfjs tensor of a kernel's result, so that scopes and the tape own it. */
function asTensor(info: TensorInfo): Tensor {
  return engine().makeTensorFromTensorInfo(info, activeBackend());
}

/**
 * A gradient function's answer: the tensor of each input, a zero for an input that has no gradient or was
 * a placeholder. Its closures only hand out what was computed before.
 */
export function handOut(
  gradients: Readonly<Record<string, TensorInfo | undefined>>,
): Record<string, () => Tensor> {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, info]) => {
      if (info === undefined) return [name, zero];
      const tensor = asTensor(info);
      return [name, () => tensor];
    }),
  );
}

function zero(): Tensor {
  return asTensor(activeBackend().makeTensorInfo([], 'float32', new Float32Array(1)));
}

/** Whether a gradient may be asked for later: only then are residuals worth keeping. */
export function underTape(): boolean {
  return (engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 0;
}

function hasCpuKernel(name: string): boolean {
  return (getKernel(name, 'cpu') as unknown) !== undefined;
}

/** Runs tfjs's own cpu kernel on this backend's memory. */
export function cpuKernel(
  name: string,
  backend: SharedMemoryBackend,
  inputs: Record<string, TensorInfo>,
  attrs: Record<string, unknown>,
): TensorInfo | TensorInfo[] {
  const kernel = getKernel(name, 'cpu');
  return kernel.kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend });
}

/** A batch's lengths, int32 [batch], for one program; undefined where nothing is padded. */
export function uploadLengths(
  backend: SharedMemoryBackend,
  attributes: Readonly<Record<string, unknown>>,
): TensorInfo | undefined {
  const { lengths } = attributes as { lengths?: Lengths | undefined };
  return lengths && backend.makeTensorInfo([lengths.each.length], 'int32', lengths.each);
}

/** Frees what a program needed while it ran. */
export function free(
  backend: SharedMemoryBackend,
  ...scratch: readonly (TensorInfo | undefined)[]
): void {
  for (const tensor of scratch) if (tensor) backend.disposeData(tensor.dataId);
}

/** The byte offset of an optional input, 0 where the caller gave none. */
export function optionalOffset(
  backend: SharedMemoryBackend,
  tensor: TensorInfo | undefined,
  given: unknown = true,
): number {
  return given === true && tensor !== undefined ? backend.offset(tensor) : 0;
}
