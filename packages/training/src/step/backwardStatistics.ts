import { BnrnnError } from '@bnrnn/core';
import type { Measured, NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { dispose, variable, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** The statistics of a model while a gradient is taken. */
export interface BackwardStatistics {
  /** The model's own, with a variable for each that the backward pass measures. */
  readonly statistics: ReadonlyMap<string, NamedTensors>;
  /** Those variables; the gradient call goes through them too. */
  readonly variables: readonly Variable[];
  /**
   * What was measured, with the gradients of those variables in place of what the forward pass gave;
   * frees what it replaces.
   */
  replace(
    measured: ReadonlyMap<string, Measured>,
    gradients: Readonly<Record<string, Tensor>>,
  ): ReadonlyMap<string, Measured>;
  dispose(): void;
}

/** Makes the seats by which the backward pass of a normalizer gives values, see `measuredBackward`. */
export function backwardStatistics(model: SequenceModel): BackwardStatistics {
  const seats = [...model.normalizers].flatMap(([path, { measuredBackward = [] }]) =>
    measuredBackward.map((name) => ({
      path,
      name,
      seat: variable(model.statistics.get(path)?.[name] as Tensor),
    })),
  );
  const statistics = new Map(model.statistics);
  for (const { path, name, seat } of seats) {
    statistics.set(path, { ...statistics.get(path), [name]: seat });
  }
  return {
    statistics,
    variables: seats.map(({ seat }) => seat),
    replace(measured, gradients) {
      const all = new Map(measured);
      for (const { path, name, seat } of seats) {
        const own = all.get(path);
        const value = gradients[seat.name];
        if (own === undefined || value === undefined) {
          dispose(Object.values(gradients));
          throw new BnrnnError(`train: the backward pass measured nothing of ${path} ${name}.`);
        }
        own.tensors[name]?.dispose();
        all.set(path, { ...own, tensors: { ...own.tensors, [name]: value } });
      }
      return all;
    },
    dispose: () => dispose(seats.map(({ seat }) => seat)),
  };
}
