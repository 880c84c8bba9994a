import {
  engine,
  getGradient,
  registerGradient,
  registerKernel,
  scalar,
  unregisterGradient,
  Tensor,
  type KernelConfig,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { freeConsumed } from '../gradients/freeConsumed';
import type { InfoOf, Op, OpAttributes } from './defineOp';

type Flags<Any extends Op> = {
  readonly [Name in keyof Any['optional']]?: boolean | undefined;
};

/** The inputs as a kernel gets them: undefined where the caller gave none. */
type KernelInputs<Any extends Op> = {
  readonly [Name in keyof Any['inputs']]: InfoOf<Any['inputs'][Name]>;
} & { readonly [Name in keyof Any['optional']]?: InfoOf<Any['optional'][Name]> | undefined };

/** What a kernel is called with. */
export interface KernelCall<Any extends Op> {
  readonly inputs: KernelInputs<Any>;
  readonly attributes: OpAttributes<Any>;
}

type KernelOutputs<Any extends Op> = Readonly<Record<keyof Any['outputs'], TensorInfo>>;

/** The names of what a kernel may save for its gradient. */
export type SavedBy<Any extends Op> = keyof (Any['inputs'] & Any['optional'] & Any['outputs']) &
  string;

/** What a gradient is called with. */
export interface GradientCall<Any extends Op, Saved extends SavedBy<Any>> {
  /** The gradients of the outputs. */
  readonly dys: { readonly [Name in keyof Any['outputs']]: InfoOf<Any['outputs'][Name]> };
  /** The inputs and outputs that the kernel saves, by name. */
  readonly saved: Pick<
    KernelInputs<Any> & {
      readonly [Name in keyof Any['outputs']]: InfoOf<Any['outputs'][Name]>;
    },
    Saved
  >;
  readonly attributes: OpAttributes<Any>;
  /** Which optional inputs the caller gave. */
  readonly given: Flags<Any>;
}

/** A gradient of every input that has one; undefined for an input that was left out. */
type KernelGradients<Any extends Op> = {
  readonly [Name in Exclude<keyof Any['inputs'], Any['constants'][number]>]: TensorInfo;
} & {
  readonly [Name in Exclude<keyof Any['optional'], Any['constants'][number]>]:
    TensorInfo | undefined;
};

/** How a backend computes an op. */
export interface OpKernel<Any extends Op, Saved extends SavedBy<Any>> {
  /** Whether it can serve a call; the fallback runs the others. Every call where absent. */
  readonly supports?: (call: KernelCall<Any>) => boolean;
  readonly run: (call: KernelCall<Any>) => KernelOutputs<Any>;
  /** The inputs and outputs that the gradient reads. */
  readonly saves?: readonly Saved[];
  /** Computes at once; may be absent only where the op has no gradient. */
  readonly gradient?: (call: GradientCall<Any, Saved>) => KernelGradients<Any>;
}

/** A kernel in tfjs's registry, with the calls that it can serve. */
export interface BoundKernel extends KernelConfig {
  readonly supports?: (
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: CallAttributes,
  ) => boolean;
  /** What is saved for the gradient: names of inputs, then of outputs. */
  readonly saves?: readonly string[];
}

/** What the tape keeps of a call besides its tensors. */
export interface CallAttributes {
  readonly attributes: object;
  readonly given: Readonly<Record<string, boolean>>;
}

type ByName<Value> = Readonly<Record<string, Value>>;

/**
 * Registers a backend's kernel of an op, and its gradient, with tfjs.
 *
 * Of tfjs's gradients there is one for all backends: what was bound last serves.
 *
 * @param op           the op, e.g. `layerNormalizeOp`.
 * @param backendName  the name under which tfjs knows the backend.
 */
export function bindKernel<Any extends Op, Saved extends SavedBy<Any> = never>(
  op: Any,
  backendName: string,
  kernel: OpKernel<Any, Saved>,
): void {
  const call = (inputs: ByName<TensorInfo>, { attributes }: CallAttributes) =>
    ({ inputs, attributes }) as KernelCall<Any>;
  const { supports, saves = [], gradient } = kernel;
  const outputs = Object.keys(op.outputs);
  const names = [...Object.keys(op.inputs), ...Object.keys(op.optional), ...outputs];
  const savedNames = names.filter((name) => (saves as readonly string[]).includes(name));
  const config: BoundKernel = {
    kernelName: op.name,
    backendName,
    saves: gradient === undefined ? [] : savedNames,
    kernelFunc({ inputs, attrs }) {
      const results = kernel.run(call(inputs as ByName<TensorInfo>, fromTfjs(attrs)));
      return outputs.map((name) => results[name] as TensorInfo);
    },
    ...(supports && { supports: (inputs, attributes) => supports(call(inputs, attributes)) }),
  };
  registerKernel(config);
  if (gradient === undefined) return;
  if ((getGradient(op.name) as unknown) !== undefined) unregisterGradient(op.name);
  registerGradient({
    kernelName: op.name,
    gradFunc(dy, saved, attrs) {
      const { attributes, given } = fromTfjs(attrs);
      const dys = Array.isArray(dy) ? dy : [dy];
      const kept = savedNames.filter((name) => given[name] !== false);
      const tensors = { dys: named(outputs, dys), saved: named(kept, saved) };
      const whole: unknown = { ...tensors, attributes, given };
      const gradients: ByName<TensorInfo | undefined> = gradient(whole as GradientCall<Any, Saved>);
      freeConsumed(dys, saved);
      return handOut([...Object.keys(op.inputs), ...Object.keys(op.optional)], gradients);
    },
  });
}

function fromTfjs(attrs: NamedAttrMap | undefined): CallAttributes {
  return attrs as NamedAttrMap & CallAttributes;
}

function named<Value>(names: readonly string[], values: readonly Value[]): ByName<Value> {
  return Object.fromEntries(names.map((name, k) => [name, values[k] as Value]));
}

/** Closures that only hand out what was computed before; a zero for an input without a gradient. */
function handOut(
  names: readonly string[],
  gradients: ByName<TensorInfo | undefined>,
): Record<string, () => Tensor> {
  return Object.fromEntries(
    names.map((name) => {
      const info = gradients[name];
      if (info === undefined) return [name, () => scalar(0)];
      const tensor =
        info instanceof Tensor ? info : engine().makeTensorFromTensorInfo(info, engine().backend);
      return [name, () => tensor];
    }),
  );
}
