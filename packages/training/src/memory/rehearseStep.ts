import { memoryOfMachine, type Batch } from '@bnrnn/core';
import type { ModelSpec, SequenceModel } from '@bnrnn/recurrent';
import { clipFactor, globalNorm, rehearse, type Rehearsal } from '@bnrnn/tensor-backend';
import { dispose, scalar, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer/optimizer';
import { batchTensors } from '../step/batchTensors';
import { takeGradient } from '../step/takeGradient';

export interface BatchSizes {
  readonly time: number;
  readonly batch: number;
}

export interface Trained {
  readonly model: SequenceModel;
  readonly optimizer: Optimizer;
}

/**
 * What one training step on a batch of these sizes needs of the active backend's memory, found by running
 * it without computing; weights, slots and whatever else is held now included. Nothing is changed.
 *
 * @returns undefined where the backend has no limit, and where the step cannot be rehearsed because a
 *   reference implementation is steered by the numbers it computes.
 */
export function rehearseStep(trained: Trained, sizes: BatchSizes): Rehearsal | undefined {
  try {
    const need = rehearse(() => runStep(trained, sizes));
    return need && withinMachine(need, memoryOfMachine());
  } catch {
    return undefined;
  }
}

/** The same where the machine, or its container, may have less memory than the backend would hold. */
export function withinMachine(need: Rehearsal, memory: number): Rehearsal {
  if (need.capacityBytes <= memory) return need;
  return { ...need, capacityBytes: memory, fits: need.fits && need.neededBytes <= memory };
}

function runStep({ model, optimizer }: Trained, sizes: BatchSizes): void {
  const tensors = batchTensors(emptyBatch(model.spec, sizes));
  const state = model.initialState(sizes.batch);
  try {
    const gradient = takeGradient(model, tensors, { state, step: 0 });
    try {
      const { gradients, nats: loss } = gradient;
      tidy(() => {
        clipFactor({ loss, norm: globalNorm(gradients) });
        // A given one: the garbage that a rehearsal computes could be 0, after which a step does nothing.
        const clip = scalar(1);
        const variables = [...model.parameters.values()];
        optimizer.apply({ variables, gradients, learningRate: 0, clip, step: 1 });
      });
    } finally {
      gradient.dispose();
      dispose(gradient.state.filter((tensor) => !state.includes(tensor)));
    }
  } finally {
    tensors.dispose();
    dispose([...state]);
  }
}

/**
 * A batch of the costliest kind: as many different tokens as there can be, and padding, which makes scans
 * keep more. A lone utterance has none.
 */
function emptyBatch(spec: ModelSpec, { time, batch }: BatchSizes): Batch {
  const rows = time * batch;
  const targets = new Int32Array(rows);
  if (spec.kind === 'languageModel') {
    const inputs = Int32Array.from({ length: rows }, (_, row) => row % spec.vocabulary);
    return { kind: 'tokens', time, batch, inputs, targets, resetState: true };
  }
  const { features } = spec;
  return {
    kind: 'utterances',
    time,
    batch,
    features,
    inputs: new Float32Array(rows * features),
    targets,
    lengths: new Int32Array(batch).fill(time - 1).fill(time, 0, 1),
    keys: Array.from({ length: batch }, (_, b) => String(b)),
  };
}
