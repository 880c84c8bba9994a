import { BackendError } from '@bnrnn/core';
import {
  engine,
  getBackend,
  getKernel,
  unregisterKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  bindKernel,
  type GradientCall,
  type KernelCall,
  type OpKernel,
  type SavedBy,
} from './bindKernel';
import type { Op } from './defineOp';
import { bindListKernel, type ListOp } from './listOp';

/** A kernel of a backend, ready to be registered. */
export interface BackendKernel {
  /** The op or the kernel of tfjs that it computes. */
  readonly name: string;
  /** Takes the place of what was registered under its name before, as by an earlier start. */
  register(): void;
}

type Run<Any extends Op> = ReturnType<OpKernel<Any, never>['run']>;
type Gradients<Any extends Op> = ReturnType<NonNullable<OpKernel<Any, never>['gradient']>>;

/** A kernel of an op as a backend of its own type computes it. */
export interface OwnKernel<Own, Any extends Op, Saved extends SavedBy<Any>> extends Pick<
  OpKernel<Any, Saved>,
  'supports' | 'saves'
> {
  readonly run: (backend: Own, call: KernelCall<Any>) => Run<Any>;
  readonly gradient?: (backend: Own, call: GradientCall<Any, Saved>) => Gradients<Any>;
}

export interface KernelHost<Own> {
  /** The name under which tfjs knows the backend. */
  readonly name: string;
  /** Whether a backend of tfjs's is this one. */
  readonly isOwn: (backend: unknown) => backend is Own;
  /** Runs what a kernel computes; default: as it is. */
  readonly around?: <Result>(backend: Own, compute: () => Result) => Result;
}

/** What makes the kernels of one backend. */
export interface KernelMaker<Own> {
  /** @throws BackendError where `backend` is another one. */
  readonly expectOwn: (backend: unknown) => Own;
  readonly opKernel: <Any extends Op, Saved extends SavedBy<Any> = never>(
    op: Any,
    kernel: OwnKernel<Own, Any, Saved>,
  ) => BackendKernel;
  readonly listKernel: (
    op: ListOp,
    run: (backend: Own, inputs: readonly TensorInfo[]) => TensorInfo,
  ) => BackendKernel;
}

/** Makes kernels that are called with the active backend, typed as that backend. */
export function kernelsOf<Own>({ name, isOwn, around }: KernelHost<Own>): KernelMaker<Own> {
  const expectOwn = (backend: unknown): Own => {
    if (isOwn(backend)) return backend;
    throw new BackendError(`${name}: a kernel of its own ran on the backend "${getBackend()}".`);
  };
  const onOwn = <Result>(compute: (backend: Own) => Result): Result => {
    const backend = expectOwn(engine().backend);
    return around === undefined ? compute(backend) : around(backend, () => compute(backend));
  };
  const kernelOf = (op: { readonly name: string }, bind: () => void): BackendKernel => ({
    name: op.name,
    register() {
      // tfjs says something about a kernel that is registered again.
      if ((getKernel(op.name, name) as unknown) !== undefined) unregisterKernel(op.name, name);
      bind();
    },
  });
  return {
    expectOwn,
    opKernel<Any extends Op, Saved extends SavedBy<Any> = never>(
      op: Any,
      { supports, run, saves, gradient }: OwnKernel<Own, Any, Saved>,
    ) {
      const bound: OpKernel<Any, Saved> = {
        ...(supports && { supports }),
        run: (call) => onOwn((backend) => run(backend, call)),
        ...(saves && { saves }),
        ...(gradient && { gradient: (call) => onOwn((backend) => gradient(backend, call)) }),
      };
      return kernelOf(op, () => bindKernel(op, name, bound));
    },
    listKernel: (op, run) =>
      kernelOf(op, () =>
        bindListKernel(op, name, (inputs) => onOwn((backend) => run(backend, inputs))),
      ),
  };
}
