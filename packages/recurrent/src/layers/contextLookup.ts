import { UsageError } from '@bnrnn/core';
import type { NamedTensors, Normalizer } from '@bnrnn/normalization';
import { add, type Tensor1D, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import type { LayerContext } from './layer';

type Held = Pick<LayerContext, 'path' | 'parameters' | 'statistics'>;

/** The products of a layer: the name of each one's weights, and where a normalizer of it stands. */
export const products = { inputToHidden: 'input', hiddenToHidden: 'recurrent' } as const;

/** The weights of a product: the parameter, or what a normalizer of weights makes of it. */
export function weightsOf(
  placement: keyof typeof products,
  normalizer: Normalizer | undefined,
  context: Held,
): Tensor2D {
  const { path, parameters } = context;
  const weights = parameterAt(parameters, `${path}.${products[placement]}`) as Tensor2D;
  const own = `${path}.${placement}`;
  return (
    normalizer?.mapWeights?.(weights, trainedAt(own, context), statisticsAt(own, context)) ??
    weights
  );
}

/** A bias with what a normalizer of the weights of W·x adds to the product. */
export function withOffset(
  bias: Tensor1D,
  normalizer: Normalizer | undefined,
  context: Held,
): Tensor1D {
  if (normalizer?.mapOffset === undefined) return bias;
  const { path, parameters } = context;
  const weights = parameterAt(parameters, `${path}.${products.inputToHidden}`) as Tensor2D;
  const own = `${path}.inputToHidden`;
  return add(
    bias,
    normalizer.mapOffset(weights, trainedAt(own, context), statisticsAt(own, context)),
  );
}

/** What the normalizer of a path trains, by its own names, e.g. gain and shift; empty where nothing. */
export function trainedAt(path: string, { parameters }: Pick<Held, 'parameters'>): NamedTensors {
  const prefix = `${path}.`;
  return Object.fromEntries(
    [...parameters]
      .filter(([whole]) => whole.startsWith(prefix))
      .map(([whole, parameter]) => [whole.slice(prefix.length), parameter]),
  );
}

/** The statistics of the normalizer of a path; empty where it keeps none. */
export function statisticsAt(path: string, { statistics }: Pick<Held, 'statistics'>): NamedTensors {
  return statistics.get(path) ?? {};
}

/** @throws UsageError where the parameters lack a path. */
export function parameterAt(parameters: ReadonlyMap<string, Variable>, path: string): Variable {
  const parameter = parameters.get(path);
  if (parameter !== undefined) return parameter;
  throw new UsageError(`${path} is missing among the parameters that a layer was given.`, {
    hint: 'Were they made by another layer, or under another path?',
  });
}
