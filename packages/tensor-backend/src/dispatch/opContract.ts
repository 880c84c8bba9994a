import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * What an op takes and gives: the agreement between this package's ops and a backend's kernels.
 *
 * A backend implements an op by registering a tfjs kernel under `name` (`registerKernel`) together
 * with its gradient (`registerGradient`), or neither. The kernel gets
 * - every key of `inputs`, and every key of `optional`: a scalar placeholder stands where the
 *   caller gave none, and the attribute `has<Key>` (`hasPeepholes`, ...) tells which it is;
 * - for a list contract the tensors as an array instead, as tfjs's own `AddN` does;
 * - the contract's attributes;
 * and returns its outputs in the order of `outputs`. A kernel that can serve some calls only is
 * registered with `supports` (`OpKernelConfig`); the others run the reference.
 */
export interface OpContract<
  Input extends string = string,
  Optional extends string = string,
  Output extends string = string,
  Attributes extends object = object,
> {
  /** The kernel's name, e.g. `LstmScan`. */
  readonly name: string;
  /** The function a user calls, e.g. `lstmScan`: named by the kernel log and in errors. */
  readonly op: string;
  readonly inputs: readonly Input[];
  readonly optional: readonly Optional[];
  readonly outputs: readonly Output[];
  /** Only a type: what the attributes hold. */
  readonly attributes?: Attributes;
}

/** A tfjs kernel configuration that may say which calls it can serve: all where it does not. */
export interface OpKernelConfig extends KernelConfig {
  /** Gets what the kernel would get: attributes with flags, inputs with placeholders. */
  supports?: (
    attributes: Readonly<Record<string, unknown>>,
    inputs: Readonly<Record<string, TensorInfo>>,
  ) => boolean;
}

/** The tensors that a contract's op is called with. */
export type OpInputs<Contract extends OpContract> = Readonly<
  Record<Contract['inputs'][number], Tensor> &
    Partial<Record<Contract['optional'][number], Tensor | undefined>>
>;

/** The attributes that a contract's op is called with. */
export type OpAttributes<Contract extends OpContract> = NonNullable<Contract['attributes']>;

/** The tensors that a contract's op gives. */
export type OpOutputs<Contract extends OpContract> = Record<Contract['outputs'][number], Tensor>;

/** The attributes that a kernel gets: the contract's own and one flag for each optional input. */
export type KernelAttributes<Contract extends OpContract> = OpAttributes<Contract> & {
  readonly [Key in Contract['optional'][number] as `has${Capitalize<Key>}`]: boolean;
};

/** Writes a contract down with its attribute type; the other types are read off the value. */
export function defineContract<Attributes extends object>() {
  return <Input extends string, Optional extends string, Output extends string>(
    contract: Omit<OpContract<Input, Optional, Output>, 'attributes'>,
  ): OpContract<Input, Optional, Output, Attributes> => contract;
}
