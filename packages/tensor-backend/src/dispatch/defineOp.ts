import type { Tensor, Tensor1D, Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * Tensors by name, each with its axes, one a word: `'time batch features'`. Where a line begins with
 * `...`, any axes may stand: `'... features'`.
 */
export type Shapes = Readonly<Record<string, string>>;

/**
 * An op: what it takes and gives, and how it is computed where a backend has no kernel for it.
 *
 * A backend implements an op with `bindKernel`, whose types follow from this object: the names and
 * numbers of axes of its tensors, its attributes, and which gradients it owes.
 */
export interface Op<
  Inputs extends Shapes = Shapes,
  Optional extends Shapes = Shapes,
  Outputs extends Shapes = Shapes,
  Attributes extends object = object,
  Constant extends string = string,
> {
  /** The function that a user calls: named by the kernel log, in errors, and in tfjs's registry. */
  readonly name: string;
  /** Sizes of axes with the same name are the same: `runOp` checks it. */
  readonly inputs: Inputs;
  /** What a caller may leave out. */
  readonly optional: Optional;
  readonly outputs: Outputs;
  /** The inputs that have no gradient. */
  readonly constants: readonly Constant[];
  /** Computes the outputs in plain tfjs ops, with their gradient. Whoever runs an op without one hands one in. */
  fallback?(
    inputs: TensorsOf<Inputs> & OptionalTensorsOf<Optional>,
    attributes: Attributes,
  ): TensorsOf<Outputs>;
}

/** Writes an op down with the type of its attributes; the other types are read off the object. */
export function defineOp<Attributes extends object>() {
  return <
    const Inputs extends Shapes,
    const Optional extends Shapes,
    const Outputs extends Shapes,
    const Constant extends (keyof Inputs | keyof Optional) & string = never,
  >(
    op: Op<Inputs, Optional, Outputs, Attributes, Constant>,
  ): Op<Inputs, Optional, Outputs, Attributes, Constant> => op;
}

/** The sizes of a tensor: a tuple with one number for each axis. */
type SizesOf<Shape extends string> = Shape extends `...${string}`
  ? number[]
  : Shape extends `${string} ${infer Rest}`
    ? [number, ...SizesOf<Rest>]
    : [number];

interface Ranks {
  1: Tensor1D;
  2: Tensor2D;
  3: Tensor3D;
}

/** The tfjs tensor with these axes. */
type TensorOf<Shape extends string> = SizesOf<Shape>['length'] extends infer Rank extends
  keyof Ranks
  ? Ranks[Rank]
  : Tensor;

/** A tensor with these axes as a kernel sees it. */
export type InfoOf<Shape extends string> = Omit<TensorInfo, 'shape'> & {
  shape: SizesOf<Shape>;
};

type TensorsOf<Tensors extends Shapes> = {
  readonly [Name in keyof Tensors]: TensorOf<Tensors[Name]>;
};
type OptionalTensorsOf<Tensors extends Shapes> = {
  readonly [Name in keyof Tensors]?: TensorOf<Tensors[Name]> | undefined;
};

/** The tensors that an op is called with. */
export type OpInputs<Any extends Op> = TensorsOf<Any['inputs']> &
  OptionalTensorsOf<Any['optional']>;

/** The type of an op's fallback. */
export type Fallback<Any extends Op> = NonNullable<Any['fallback']>;

/** The plain values that an op is called with. */
export type OpAttributes<Any extends Op> = Parameters<Fallback<Any>>[1];

/** The tensors that an op gives. */
export type OpOutputs<Any extends Op> = TensorsOf<Any['outputs']>;
