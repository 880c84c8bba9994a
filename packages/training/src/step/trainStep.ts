import { BnrnnError, type Batch, type Collective } from '@bnrnn/core';
import type { Measured, NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { globalNorm } from '@bnrnn/tensor-backend';
import { dispose, memory, stack, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { clipScale, type ClipSpec } from '../clip';
import { DivergedError } from '../divergedError';
import type { Optimizer } from '../optimizer/optimizer';
import { sumGradients } from '../ranks/sumGradients';
import { sumNumbers } from '../ranks/sumNumbers';
import { batchTensors } from './batchTensors';
import type { CarriedState } from './carriedState';
import { takeGradient, type Gradient } from './takeGradient';

export interface TrainStepOptions {
  readonly model: SequenceModel;
  readonly batch: Batch;
  readonly carried: CarriedState;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly clip: ClipSpec | undefined;
  /** Steps done before this one. */
  readonly step: number;
  /** The newest checkpoint, for the error of a run that diverges. */
  readonly checkpoint: string | undefined;
  /** The ranks whose batches are parts of one. */
  readonly collective: Collective;
}

export interface TrainStepResult {
  /** Summed over the batch, of all ranks. */
  readonly nats: number;
  /** Of all ranks. */
  readonly units: number;
  readonly gradientNorm: number;
  readonly clipped: boolean;
}

/**
 * One step of truncated backpropagation through time: gradient, clip, update, running statistics.
 *
 * Loss and norm are read together, once, before anything is changed. A device works on until then, and the event
 * loop is free while the step waits for it.
 *
 * The batches of ranks are parts of one: their gradients are summed, so that a rank weighs as many targets as it has.
 *
 * @throws (rejects) DivergedError when either is not finite; BnrnnError when the step leaves a tensor behind.
 */
export async function trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
  const { carried, step } = options;
  const before = tensorsBesides(carried);
  const begun = beginStep(options);
  // Others may make tensors while the step waits; they are not the step's.
  const held = tensorsBesides(carried) - before;
  let read: Float32Array;
  try {
    read = await begun.lossAndNorm.data<'float32'>();
  } catch (error) {
    begun.dispose();
    throw error;
  }
  const resumed = tensorsBesides(carried);
  const result = finishStep(options, begun, read);
  const more = held + tensorsBesides(carried) - resumed;
  if (more === 0) return result;
  throw new BnrnnError(`train: step ${step} left ${more} tensors more than there were before it.`, {
    hint: 'A layer or an op does not dispose what it makes; memory would grow without end.',
  });
}

/** A step whose gradient is computed, or being computed by the device, and has changed nothing yet. */
interface BegunStep {
  readonly gradient: Gradient;
  /** float32 [2]: both in one transfer, because each read waits for the whole step. */
  readonly lossAndNorm: Tensor;
  readonly units: number;
  dispose(): void;
}

function beginStep({ model, batch, carried, step, collective }: TrainStepOptions): BegunStep {
  const state = carried.before(model, batch);
  const tensors = batchTensors(batch);
  let gradient: Gradient | undefined;
  const free = (): void => {
    gradient?.dispose();
    if (batch.kind === 'utterances') carried.dispose();
  };
  try {
    const own = takeGradient(model, tensors, { state, step, collective });
    gradient = own;
    carried.replace(own.state);
    const taken = { ...own, gradients: sumGradients(collective, own.gradients) };
    gradient = taken;
    const lossAndNorm = tidy(() => stack([taken.nats, globalNorm(taken.gradients)]));
    return {
      gradient,
      lossAndNorm,
      units: tensors.units,
      dispose() {
        lossAndNorm.dispose();
        free();
      },
    };
  } catch (error) {
    free();
    throw error;
  } finally {
    tensors.dispose();
  }
}

/**
 * The loss is summed over time and averaged over the batch: Σ nats / batch. Over words it is T times the mean
 * per word, over utterances the sum of an utterance's real frames, averaged over utterances; clip thresholds
 * and learning rates assume this scale. The sum is what was differentiated; the batch divides norm and update.
 *
 * @see recipes: semantics shared by all; the loss of the speech model.
 */
function finishStep(
  { model, batch, optimizer, learningRate, clip, step, checkpoint, collective }: TrainStepOptions,
  begun: BegunStep,
  [ownNats = NaN, ownNorm = NaN]: Float32Array,
): TrainStepResult {
  const { gradients, measured } = begun.gradient;
  try {
    const sums = sumNumbers(collective, { nats: ownNats, norm: ownNorm, units: begun.units });
    const { nats, units } = sums;
    // Ranks with other threads add up in another order: what decides the update must have the same bits on all.
    const totalNorm = sums.norm / collective.size;
    const rows = batch.part?.batch ?? batch.batch;
    if (!Number.isFinite(nats)) throw new DivergedError(`loss is ${nats}`, step, checkpoint);
    const gradientNorm = totalNorm / rows;
    if (!Number.isFinite(gradientNorm)) {
      throw new DivergedError(`norm of the gradient is ${gradientNorm}`, step, checkpoint);
    }
    const { scale, clipped } = clipScale(gradientNorm, clip);
    const variables = [...model.parameters.values()];
    optimizer.apply({
      variables,
      gradients,
      learningRate,
      scale: scale / rows,
      step: step + 1,
    });
    foldMeasured(model, measured);
    return { nats, gradientNorm, clipped, units };
  } finally {
    begun.dispose();
  }
}

function foldMeasured(model: SequenceModel, measured: ReadonlyMap<string, Measured>): void {
  if (measured.size === 0) return;
  const next = new Map<string, NamedTensors>();
  for (const [path, statistics] of model.statistics) {
    const found = measured.get(path);
    const folded =
      found && model.normalizers.get(path)?.fold?.(statistics, found.tensors, found.counts);
    if (folded === undefined) {
      dispose([...next.values()]);
      throw new BnrnnError(`train: the normalizer ${path} has statistics but measured nothing.`);
    }
    next.set(path, folded);
  }
  model.setStatistics(next);
}

function tensorsBesides(carried: CarriedState): number {
  return memory().numTensors - (carried.current?.length ?? 0);
}
