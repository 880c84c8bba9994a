import type { Measured, NamedTensors } from '@bnrnn/normalization';
import { offTape } from '@bnrnn/tensor-backend';
import { concat, reshape, slice, zeros, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { statisticsAt } from './contextLookup';
import type { LayerContext } from './layer';
import { realRows } from './normalizeSteps';
import type { PlacementNormalizers } from './placedNormalizers';

/**
 * What the normalizer of W·x measures of x itself in a training step.
 *
 * @param x  float32 [time, batch, inputs]; padded rows may hold anything.
 * @returns  path -> what was measured; empty where nothing was.
 */
export function measureInput(
  { inputToHidden: normalizer }: PlacementNormalizers,
  x: Tensor3D,
  context: LayerContext,
): Readonly<Record<string, Measured>> {
  const { trainingStep: step, lengths, ranks } = context;
  if (normalizer?.measureInput === undefined || step === undefined) return {};
  const path = `${context.path}.inputToHidden`;
  const collective = ranks?.collective;
  const tensors = namedOffTape(() =>
    normalizer.measureInput?.(x, statisticsAt(path, context), { lengths, step, collective }),
  );
  if (tensors === undefined) return {};
  const [time, batch] = x.shape;
  return { [path]: { tensors, counts: realRows(path, { time, batch }, context) } };
}

/** Runs a computation of several tensors as a constant for every gradient: they leave it in one row. */
function namedOffTape(compute: () => NamedTensors | undefined): NamedTensors | undefined {
  const shapes: (readonly [string, number[]])[] = [];
  const row = offTape<Tensor>(() => {
    const made = Object.entries(compute() ?? {});
    shapes.push(...made.map(([name, { shape }]) => [name, shape] as const));
    if (made.length === 0) return zeros([1]);
    return concat(made.map(([, tensor]) => reshape(tensor, [tensor.size])));
  });
  if (shapes.length === 0) return undefined;
  let from = 0;
  return Object.fromEntries(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      from += size;
      return [name, reshape(slice(row, [from - size], [size]), shape)];
    }),
  );
}
