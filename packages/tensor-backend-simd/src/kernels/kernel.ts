import type { Lengths } from '@bnrnn/core';
import { kernelsOf, type BackendKernel } from '@bnrnn/tensor-backend';
import {
  engine,
  getKernel,
  registerKernel,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from '../backend/sharedMemoryBackend';

/** The name under which tfjs knows this backend. */
export const backendName = 'simd';

/** Makes this backend's kernels of ops; where one or its gradient fails, nothing that it made stays. */
const own = kernelsOf<SharedMemoryBackend>({
  name: backendName,
  isOwn: (backend) => backend instanceof SharedMemoryBackend,
  around: (backend, compute) => backend.orNothing(compute),
});

export const { opKernel, listKernel } = own;

/** tfjs types each input as one that may be missing. */
type Named<Inputs extends object> = Readonly<Record<keyof Inputs & string, TensorInfo>>;

/** A kernel that takes the place of tfjs's own, with the types that tfjs gives its inputs and attributes. */
export function tfjsKernel<Types extends { inputs: object; attributes: object }>(
  name: string,
  run: (
    backend: SharedMemoryBackend,
    inputs: Named<Types['inputs']>,
    attributes: Types['attributes'],
  ) => TensorInfo | TensorInfo[],
): BackendKernel {
  return {
    name,
    register: () =>
      registerKernel({
        kernelName: name,
        backendName,
        kernelFunc({ inputs, attrs, backend }) {
          const simd = own.expectOwn(backend);
          // Ids, for instance: what follows from them steers the rest of a rehearsal.
          const isKnown = simd.knows(Object.values(inputs as Record<string, TensorInfo>));
          return isKnown && hasCpuKernel(name)
            ? cpuKernel(name, simd, inputs, attrs ?? {})
            : simd.orNothing(() => run(simd, inputs as Named<Types['inputs']>, attrs ?? {}));
        },
      }),
  };
}

/** Whether a gradient may be asked for later: only then are residuals worth keeping. */
export function underTape(): boolean {
  return engine().state.gradientDepth > 0;
}

function hasCpuKernel(name: string): boolean {
  return (getKernel(name, 'cpu') as unknown) !== undefined;
}

/** Runs tfjs's own cpu kernel on this backend's memory. */
export function cpuKernel(
  name: string,
  backend: SharedMemoryBackend,
  inputs: object,
  attributes: object,
): TensorInfo | TensorInfo[] {
  const kernel = getKernel(name, 'cpu');
  return kernel.kernelFunc({
    inputs: inputs as Record<string, TensorInfo>,
    attrs: attributes as NamedAttrMap,
    backend,
  });
}

/** A batch's lengths, int32 [batch], for one program; undefined where nothing is padded. */
export function uploadLengths(
  backend: SharedMemoryBackend,
  lengths: Lengths | undefined,
): TensorInfo | undefined {
  return lengths && backend.makeTensorInfo([lengths.each.length], 'int32', lengths.each);
}

/** Frees what a program needed while it ran. */
export function free(
  backend: SharedMemoryBackend,
  ...scratch: readonly (TensorInfo | undefined)[]
): void {
  for (const tensor of scratch) if (tensor) backend.disposeData(tensor.dataId);
}
