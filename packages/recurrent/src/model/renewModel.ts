import { ShapeError, UsageError } from '@bnrnn/core';
import type { NamedTensors, Renewable } from '@bnrnn/normalization';
import {
  dispose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { trainedAt } from '../layers/contextLookup';
import type { PlacedNormalizer } from '../layers/layer';
import type { ModelStatistics } from './modelStatistics';

/** What of a model can be renewed. */
interface RenewedModel {
  readonly placed: ReadonlyMap<string, PlacedNormalizer>;
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly kept: ModelStatistics;
}

/**
 * Asks each normalizer for new values after an update.
 *
 * @returns the paths of the parameters that have new values.
 * @throws (rejects) UsageError for a value that the normalizer does not have; ShapeError for one of another shape.
 */
export async function renewModel(model: RenewedModel, step: number): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, placed] of model.placed) {
    const { parameters, kept } = model;
    const at = (of: string | undefined): Variable | undefined =>
      of === undefined ? undefined : parameters.get(of);
    const [weights, bias] = [at(placed.weights), at(placed.bias)];
    const next = await placed.normalizer.renew?.(
      {
        ...(weights && { weights: weights as Tensor as Tensor2D }),
        ...(bias && { bias: bias as Tensor as Tensor1D }),
        parameters: trainedAt(path, { parameters }),
        statistics: kept.current().get(path) ?? {},
      },
      step,
    );
    if (next !== undefined) changed.push(...takeOver(model, path, placed, next));
  }
  return changed;
}

function takeOver(
  { parameters, kept }: RenewedModel,
  path: string,
  placed: PlacedNormalizer,
  { weights, bias, parameters: own = {}, statistics }: Renewable,
): string[] {
  const named = Object.entries(own).map(([name, value]) => [`${path}.${name}`, value] as const);
  const values: (readonly [string, Tensor])[] = [
    ...(weights ? [[placed.weights ?? `${path} weights`, weights] as const] : []),
    ...(bias ? [[placed.bias ?? `${path} bias`, bias] as const] : []),
    ...named,
  ];
  try {
    const checked = values.map(([whole, value]) => {
      const variable = parameters.get(whole);
      if (variable === undefined) {
        throw new UsageError(
          `The normalizer ${path} renews ${whole}, which the model does not have.`,
        );
      }
      if (variable.shape.join() !== value.shape.join()) {
        throw new ShapeError(
          `The normalizer ${path} renews ${whole}: [${value.shape.join(', ')}], expected [${variable.shape.join(', ')}].`,
        );
      }
      return { variable, value };
    });
    if (statistics !== undefined) {
      const all = new Map<string, NamedTensors>(kept.current());
      kept.replace(all.set(path, statistics));
    }
    for (const { variable, value } of checked) variable.assign(value);
  } finally {
    dispose(values.map(([, value]) => value));
  }
  return values.map(([whole]) => whole);
}
