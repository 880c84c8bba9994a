import { BackendError, type Lengths } from '@bnrnn/core';
import {
  bindKernel,
  bindListKernel,
  type GradientCall,
  type KernelCall,
  type ListOp,
  type Op,
  type OpKernel,
  type SavedBy,
} from '@bnrnn/tensor-backend';
import {
  engine,
  getBackend,
  getKernel,
  registerKernel,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from '../backend/sharedMemoryBackend';

/** The name under which tfjs knows this backend. */
export const backendName = 'simd';

/** A kernel of this backend, ready to be registered. */
export interface SimdKernel {
  /** tfjs's own kernel of this name is not taken over. */
  readonly name: string;
  register(): void;
}

type Run<Any extends Op> = ReturnType<OpKernel<Any, never>['run']>;
type Gradients<Any extends Op> = ReturnType<NonNullable<OpKernel<Any, never>['gradient']>>;

/** A kernel of an op; where it or its gradient fails, nothing that it made stays. */
export function opKernel<Any extends Op, Saved extends SavedBy<Any> = never>(
  op: Any,
  kernel: {
    readonly supports?: (call: KernelCall<Any>) => boolean;
    readonly run: (backend: SharedMemoryBackend, call: KernelCall<Any>) => Run<Any>;
    readonly saves?: readonly Saved[];
    readonly gradient?: (
      backend: SharedMemoryBackend,
      call: GradientCall<Any, Saved>,
    ) => Gradients<Any>;
  },
): SimdKernel {
  const { supports, run, saves, gradient } = kernel;
  const bound: OpKernel<Any, Saved> = {
    ...(supports && { supports }),
    run(call) {
      const backend = activeBackend();
      return backend.orNothing(() => run(backend, call));
    },
    ...(saves && { saves }),
    ...(gradient && {
      gradient(call) {
        const backend = activeBackend();
        return backend.orNothing(() => gradient(backend, call));
      },
    }),
  };
  return { name: op.name, register: () => bindKernel(op, backendName, bound) };
}

/** A kernel of an op of a list. */
export function listKernel(
  op: ListOp,
  run: (backend: SharedMemoryBackend, inputs: readonly TensorInfo[]) => TensorInfo,
): SimdKernel {
  const own = (inputs: readonly TensorInfo[]) => {
    const backend = activeBackend();
    return backend.orNothing(() => run(backend, inputs));
  };
  return { name: op.name, register: () => bindListKernel(op, backendName, own) };
}

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
): SimdKernel {
  return {
    name,
    register: () =>
      registerKernel({
        kernelName: name,
        backendName,
        kernelFunc({ inputs, attrs, backend }) {
          const own = expectOwn(backend);
          // Ids, for instance: what follows from them steers the rest of a rehearsal.
          const isKnown = own.knows(Object.values(inputs as Record<string, TensorInfo>));
          return isKnown && hasCpuKernel(name)
            ? cpuKernel(name, own, inputs, attrs ?? {})
            : own.orNothing(() => run(own, inputs as Named<Types['inputs']>, attrs ?? {}));
        },
      }),
  };
}

/** The active backend, inside a kernel. */
function activeBackend(): SharedMemoryBackend {
  return expectOwn(engine().backend);
}

function expectOwn(backend: unknown): SharedMemoryBackend {
  if (backend instanceof SharedMemoryBackend) return backend;
  throw new BackendError(`simd: a kernel of its own ran on the backend "${getBackend()}".`);
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
