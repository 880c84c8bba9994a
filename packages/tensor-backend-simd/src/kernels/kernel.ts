import {
  engine,
  getKernel,
  registerGradient,
  registerKernel,
  unregisterGradient,
  getGradient,
  type GradConfig,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend/simdBackend';

/** The name under which tfjs knows this backend. */
export const backendName = 'simd';

/** A kernel of this backend and, for an op contract, its gradient. */
export interface SimdKernel {
  readonly name: string;
  run(
    backend: SimdBackend,
    inputs: Record<string, TensorInfo>,
    attributes: Record<string, unknown>,
  ): TensorInfo | TensorInfo[];
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
}

/** Registers a kernel and its gradient with tfjs. */
export function register(kernel: SimdKernel): void {
  const config: KernelConfig = {
    kernelName: kernel.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel.run(
        backend as SimdBackend,
        inputs as NamedTensorInfoMap as Record<string, TensorInfo>,
        (attrs ?? {}) as NamedAttrMap as Record<string, unknown>,
      ),
  };
  registerKernel(config);
  if (kernel.gradient === undefined) return;
  if ((getGradient(kernel.name) as unknown) !== undefined) unregisterGradient(kernel.name);
  registerGradient({ kernelName: kernel.name, ...kernel.gradient });
}

/** The active backend, inside a gradient function. */
export function activeBackend(): SimdBackend {
  return engine().backend as SimdBackend;
}

/** Makes a tfjs tensor of a kernel's result, so that scopes and the tape own it. */
export function asTensor(info: TensorInfo): Tensor {
  return engine().makeTensorFromTensorInfo(info, activeBackend());
}

/** Whether a gradient may be asked for later: only then are residuals worth keeping. */
export function underTape(): boolean {
  return (engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 0;
}

/** Runs tfjs's own cpu kernel on this backend's memory. */
export function cpuKernel(
  name: string,
  backend: SimdBackend,
  inputs: Record<string, TensorInfo>,
  attrs: Record<string, unknown>,
): TensorInfo | TensorInfo[] {
  const kernel = getKernel(name, 'cpu');
  return kernel.kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend });
}

/** The byte offset of an optional input, 0 where the caller gave none. */
export function optionalOffset(
  backend: SimdBackend,
  tensor: TensorInfo | undefined,
  given: unknown,
): number {
  return given === true && tensor !== undefined ? backend.offset(tensor) : 0;
}
