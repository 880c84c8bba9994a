import { registerKernel, tidy, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { expectFallbackAllowed } from './fallbackPolicy';
import { noteRun } from './kernelLog';
import { hasKernel, runKernel } from './runOp';

/** An op of a list of tensors of any shapes that gives one, without a gradient. */
export interface ListOp<Output extends Tensor = Tensor> {
  /** As an op's. */
  readonly name: string;
  /** Computes the output in plain tfjs ops. */
  fallback(inputs: readonly Tensor[]): Output;
}

/** Runs an op of a list, as `runOp` does. */
export function runListOp<Output extends Tensor>(
  op: ListOp<Output>,
  inputs: readonly Tensor[],
): Output {
  if (!hasKernel(op)) {
    expectFallbackAllowed(op.name);
    noteRun(op.name, 'fallback');
    return tidy(() => op.fallback(inputs));
  }
  noteRun(op.name, 'kernel');
  return runKernel(op.name, inputs, {})[0] as Output;
}

/** Registers a backend's kernel of an op of a list, as `bindKernel` does. */
export function bindListKernel(
  op: ListOp,
  backendName: string,
  run: (inputs: readonly TensorInfo[]) => TensorInfo,
): void {
  registerKernel({
    kernelName: op.name,
    backendName,
    // tfjs hands a list over as an object with numbers for names.
    kernelFunc: ({ inputs }) => run(Object.values(inputs) as TensorInfo[]),
  });
}
