import { engine, getBackend, getKernel, scalar, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/registerGradients';
import { noteRun } from './kernelLog';
import type { OpAttributes, OpContract, OpInputs, OpKernelConfig, OpOutputs } from './opContract';
import { expectReferenceAllowed } from './referencePolicy';

/**
 * Runs an op: on the kernel that the active backend registered under the contract's name, otherwise,
 * or where that kernel cannot serve the call, on the reference implementation. All tensors but the
 * outputs are freed.
 *
 * @param contract    what the op takes and gives.
 * @param inputs      the tensors by name; optional ones may be absent. Not modified.
 * @param attributes  the plain values of the call.
 * @param reference   computes the outputs in plain tfjs ops.
 * @throws BackendError where a kernel is missing or cannot serve the call, and reference
 *   implementations are forbidden.
 */
export function runOp<Contract extends OpContract>(
  contract: Contract,
  inputs: OpInputs<Contract>,
  attributes: OpAttributes<Contract>,
  reference: () => OpOutputs<Contract>,
): OpOutputs<Contract> {
  registerGradients();
  const kernel = findKernel(contract);
  const runReference = (refused?: object): OpOutputs<Contract> => {
    expectReferenceAllowed(contract.op, contract.name, refused);
    noteRun(contract.op, 'reference');
    return tidy(reference);
  };
  if (kernel === undefined) return runReference();
  return tidy(() => {
    const given = inputs as Readonly<Record<string, Tensor | undefined>>;
    const all: Record<string, Tensor> = {};
    const flags: Record<string, boolean> = {};
    for (const key of contract.inputs) all[key] = given[key] as Tensor;
    for (const key of contract.optional) {
      const tensor = given[key];
      flags[`has${key.charAt(0).toUpperCase()}${key.slice(1)}`] = tensor !== undefined;
      all[key] = tensor ?? scalar(0);
    }
    const described: Record<string, unknown> = { ...attributes, ...flags };
    if (kernel.supports?.(described, all) === false) return runReference(attributes);
    noteRun(contract.op, 'kernel');
    return named(contract, runKernel(contract.name, all, described));
  });
}

/** Runs an op whose inputs are a list of tensors, as `runOp` does. */
export function runListOp<Contract extends OpContract>(
  contract: Contract,
  inputs: readonly Tensor[],
  attributes: OpAttributes<Contract>,
  reference: () => OpOutputs<Contract>,
): OpOutputs<Contract> {
  registerGradients();
  if (!hasKernel(contract)) {
    expectReferenceAllowed(contract.op, contract.name);
    noteRun(contract.op, 'reference');
    return tidy(reference);
  }
  noteRun(contract.op, 'kernel');
  return named(contract, runKernel(contract.name, inputs, attributes));
}

/** Whether the active backend has a kernel of its own for an op. */
export function hasKernel(contract: OpContract): boolean {
  return findKernel(contract) !== undefined;
}

function findKernel({ name }: OpContract): OpKernelConfig | undefined {
  return getKernel(name, getBackend());
}

function runKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>> | readonly Tensor[],
  attributes: object,
): Tensor[] {
  const outputs: Tensor | Tensor[] = engine().runKernel(
    name,
    inputs as unknown as Record<string, Tensor>,
    attributes as Record<string, never>,
  );
  return Array.isArray(outputs) ? outputs : [outputs];
}

function named<Contract extends OpContract>(
  contract: Contract,
  outputs: readonly Tensor[],
): OpOutputs<Contract> {
  return Object.fromEntries(
    contract.outputs.map((key, i) => [key, outputs[i]]),
  ) as OpOutputs<Contract>;
}
