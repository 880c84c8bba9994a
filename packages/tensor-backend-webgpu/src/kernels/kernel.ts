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
  unregisterKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { GpuBackend } from '../gpu/gpuBackend';

const backendName = 'webgpu';

type Run<Any extends Op> = ReturnType<OpKernel<Any, never>['run']>;
type Gradients<Any extends Op> = ReturnType<NonNullable<OpKernel<Any, never>['gradient']>>;

/** A kernel of this backend: a function that binds it. */
export type GpuKernel = () => void;

/** A kernel of an op. */
export function opKernel<Any extends Op, Saved extends SavedBy<Any> = never>(
  op: Any,
  kernel: {
    readonly supports?: (call: KernelCall<Any>) => boolean;
    readonly run: (backend: GpuBackend, call: KernelCall<Any>) => Run<Any>;
    readonly saves?: readonly Saved[];
    readonly gradient?: (backend: GpuBackend, call: GradientCall<Any, Saved>) => Gradients<Any>;
  },
): GpuKernel {
  const { supports, run, saves, gradient } = kernel;
  return () => {
    unbind(op.name);
    bindKernel<Any, Saved>(op, backendName, {
      ...(supports && { supports }),
      run: (call) => run(activeBackend(), call),
      ...(saves && { saves }),
      ...(gradient && { gradient: (call) => gradient(activeBackend(), call) }),
    });
  };
}

/** A kernel of an op of a list. */
export function listKernel(
  op: ListOp,
  run: (backend: GpuBackend, inputs: readonly TensorInfo[]) => TensorInfo,
): GpuKernel {
  return () => {
    unbind(op.name);
    bindListKernel(op, backendName, (inputs) => run(activeBackend(), inputs));
  };
}

/** tfjs says something about a kernel that is registered again, as by a second start. */
function unbind(name: string): void {
  if ((getKernel(name, backendName) as unknown) !== undefined) unregisterKernel(name, backendName);
}

function activeBackend(): GpuBackend {
  const { backend } = engine();
  if (backend instanceof GpuBackend) return backend;
  throw new BackendError(`webgpu: a kernel of its own ran on the backend "${getBackend()}".`);
}

/** A batch's lengths, int32 [batch], for one program; undefined where nothing is padded. */
export function uploadLengths(
  backend: GpuBackend,
  lengths: Lengths | undefined,
): TensorInfo | undefined {
  return lengths && backend.makeTensorInfo([lengths.each.length], 'int32', lengths.each);
}
