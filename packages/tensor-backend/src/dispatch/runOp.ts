import { BackendError, expectShape } from '@bnrnn/core';
import { engine, getBackend, getKernel, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/registerGradients';
import { saveForGradient } from '../gradients/saveForGradient';
import type { BoundKernel, CallAttributes } from './bindKernel';
import type { Fallback, Op, OpAttributes, OpInputs, OpOutputs } from './defineOp';
import { expectFallbackAllowed } from './fallbackPolicy';
import { noteRun } from './kernelLog';

/**
 * Runs an op: on the kernel that the active backend has bound to it, otherwise, or where that kernel
 * cannot serve the call, on its fallback. All tensors but the outputs are freed.
 *
 * @param op          what the op takes and gives.
 * @param inputs      the tensors by name; optional ones may be absent. Not modified.
 * @param attributes  the plain values of the call.
 * @param fallback    stands in for the op's own.
 * @throws ShapeError where two tensors disagree about an axis; BackendError where a kernel is missing
 *   or cannot serve the call, and fallbacks are forbidden.
 */
export function runOp<Any extends Op>(
  op: Any,
  inputs: OpInputs<Any>,
  attributes: OpAttributes<Any>,
  fallback: Fallback<Any> | undefined = op.fallback?.bind(op),
): OpOutputs<Any> {
  registerGradients();
  const tensors = byName(inputs);
  expectInputs(op, tensors);
  const kernel = kernelOf(op);
  const runFallback = (refused?: object): OpOutputs<Any> => {
    expectFallbackAllowed(op.name, refused);
    if (fallback === undefined) throw new BackendError(`${op.name}: has no fallback.`);
    noteRun(op.name, 'fallback');
    return tidy(() => fallback(inputs, attributes) as OpOutputs<Any>);
  };
  if (kernel === undefined) return runFallback();
  return tidy(() => {
    const all: Record<string, Tensor> = {};
    for (const name of [...Object.keys(op.inputs), ...Object.keys(op.optional)]) {
      const tensor = tensors[name];
      if (tensor !== undefined) all[name] = tensor;
    }
    const given = Object.fromEntries(Object.keys(op.optional).map((name) => [name, name in all]));
    const call: CallAttributes = { attributes, given };
    if (kernel.supports?.(all, call) === false) return runFallback(attributes);
    noteRun(op.name, 'kernel');
    const tensorsOut = runKernel(op.name, all, call);
    const outputs = Object.fromEntries(
      Object.keys(op.outputs).map((name, k) => [name, tensorsOut[k] as Tensor]),
    );
    const saved = { ...all, ...outputs };
    saveForGradient((kernel.saves ?? []).flatMap((name) => saved[name] ?? []));
    return outputs as OpOutputs<Any>;
  });
}

function byName(tensors: object): Readonly<Record<string, Tensor | undefined>> {
  return tensors as Readonly<Record<string, Tensor | undefined>>;
}

/** Whether the active backend has a kernel of its own for an op. */
export function hasKernel(op: { readonly name: string }): boolean {
  return kernelOf(op) !== undefined;
}

function kernelOf({ name }: { readonly name: string }): BoundKernel | undefined {
  return getKernel(name, getBackend());
}

/** Runs a kernel of tfjs's registry under the tape. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>> | readonly Tensor[],
  call: object,
): Tensor[] {
  const outputs: Tensor | Tensor[] = engine().runKernel(
    name,
    inputs as Record<string, Tensor>,
    call as Record<string, never>,
  );
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** @throws ShapeError for a tensor with other axes than the op's, or of another size than one before. */
function expectInputs(op: Op, inputs: Readonly<Record<string, Tensor | undefined>>): void {
  const sizes: Record<string, number> = {};
  for (const [name, line] of Object.entries({ ...op.inputs, ...op.optional })) {
    const tensor = inputs[name];
    if (line === '...' || (tensor === undefined && name in op.optional)) continue;
    const axes = line.replace('... ', '').split(' ');
    const anyBefore = line.startsWith('...') && tensor !== undefined;
    const shape = anyBefore ? tensor.shape.slice(-axes.length) : tensor?.shape;
    const wanted = Object.fromEntries(axes.map((axis) => [axis, sizes[axis] ?? null]));
    expectShape(op.name, name, shape as number[], wanted);
    axes.forEach((axis, k) => (sizes[axis] = shape?.[k] as number));
  }
}
