import { BnrnnError, type Collective } from '@bnrnn/core';
import type { Measured } from '@bnrnn/normalization';
import type { SequenceModel, State } from '@bnrnn/recurrent';
import { dispose, keep, sum, variableGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { backwardStatistics } from './backwardStatistics';
import { batchNats } from './batchNats';
import type { BatchTensors } from './batchTensors';
import { freeTape } from './freeTape';

/** What one forward and backward pass leaves; all of it the caller's. */
export interface Gradient {
  /** Nats, summed over time and batch. */
  readonly nats: Scalar;
  /** One for each parameter, in the model's order. */
  readonly gradients: readonly Tensor[];
  readonly state: State;
  readonly measured: ReadonlyMap<string, Measured>;
  /** Frees nats, gradients and what was measured, but not the state. */
  dispose(): void;
}

/**
 * The cross entropy of one mini-batch and its gradient with respect to every parameter; nothing is changed.
 *
 * @param step        steps done: it chooses the dropout masks.
 * @param collective  the ranks whose batches are parts of one.
 * @throws BnrnnError when a parameter has no gradient. Nothing is left behind by a throw.
 */
export function takeGradient(
  model: SequenceModel,
  tensors: BatchTensors,
  { state, step, collective }: { state: State; step: number; collective?: Collective },
): Gradient {
  let next: State = [];
  let measured: ReadonlyMap<string, Measured> = new Map();
  const backward = backwardStatistics(model);
  const free = (): void => {
    for (const { tensors: each } of measured.values()) dispose(each);
  };
  try {
    const { value, grads } = variableGrads(() => {
      const result = model.forward(tensors.inputs, state, {
        mode: 'batch',
        training: true,
        step,
        part: tensors.part,
        collective,
        ...(backward.variables.length > 0 && { statistics: backward.statistics }),
      });
      next = result.state.map((tensor) => keep(tensor));
      measured = result.measured;
      for (const { tensors: each } of measured.values()) Object.values(each).forEach(keep);
      return sum(batchNats(result, tensors));
    }, [...model.parameters.values(), ...backward.variables]);
    measured = backward.replace(measured, grads);
    const gradients = [...model.parameters].map(([path, parameter]) => {
      const gradient = grads[parameter.name];
      if (gradient !== undefined) return gradient;
      dispose([value, ...Object.values(grads)]);
      throw new BnrnnError(`train: the loss does not depend on the parameter ${path}.`);
    });
    return {
      nats: value,
      gradients,
      state: next,
      measured,
      dispose() {
        dispose([value, ...this.gradients]);
        free();
      },
    };
  } catch (error) {
    freeTape();
    dispose(next.filter((tensor) => !state.includes(tensor)));
    free();
    throw error;
  } finally {
    backward.dispose();
  }
}
