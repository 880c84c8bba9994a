import { BnrnnError, type Batch, type Collective } from '@bnrnn/core';
import type { Measured, NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { clipFactor, globalNorm } from '@bnrnn/tensor-backend';
import { clone, dispose, memory, stack, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { isClipped, largestNorm, type ClipSpec } from '../clip';
import { DivergedError } from '../divergedError';
import type { Optimizer } from '../optimizer/optimizer';
import { sumGradients } from '../ranks/sumGradients';
import { sumTotals } from '../ranks/sumTotals';
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
 * One step of truncated backpropagation through time: gradient, clip, update, running statistics, then what normalizers
 * renew.
 *
 * All of it is handed to the device at once; loss and norm are read together, at its end. The event loop is free while
 * the step waits for them. Where either is not finite the device changes no parameter, see `clipFactor`, and the
 * statistics stay.
 *
 * The batches of ranks are parts of one: their gradients are summed, so that a rank weighs as many targets as it has.
 *
 * @throws (rejects) DivergedError when loss or norm is not finite; BnrnnError when the step leaves a tensor behind.
 */
export async function trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
  const { carried, step } = options;
  const before = tensorsBesides(carried);
  const queued = queueStep(options);
  // Others may make tensors while the step waits; they are not the step's.
  const held = tensorsBesides(carried) - before;
  let read: Float32Array;
  try {
    read = await queued.lossAndNorm.data<'float32'>();
  } catch (error) {
    queued.dispose();
    throw error;
  }
  const resumed = tensorsBesides(carried);
  const result = endStep(options, queued, read);
  const more = held + tensorsBesides(carried) - resumed;
  if (more !== 0) {
    throw new BnrnnError(
      `train: step ${step} left ${more} tensors more than there were before it.`,
      { hint: 'A layer or an op does not dispose what it makes; memory would grow without end.' },
    );
  }
  const { model, optimizer } = options;
  const renewed = await model.renew(step + 1);
  if (renewed.length > 0) optimizer.forget(renewed, step + 1);
  return result;
}

/** A step that the device was given: the parameters follow, the model's statistics are still those before it. */
interface QueuedStep {
  /** float32 [2]: both in one transfer, because each read waits for the whole step. */
  readonly lossAndNorm: Tensor;
  /** Of all ranks. */
  readonly units: number;
  readonly statistics: ReadonlyMap<string, NamedTensors>;
  dispose(): void;
}

/**
 * The loss is summed over time and averaged over the batch: Σ nats / batch. Over words it is T times the mean
 * per word, over utterances the sum of an utterance's real frames, averaged over utterances; clip thresholds
 * and learning rates assume this scale. The sum is what is differentiated; the batch divides the update, and
 * multiplies the threshold.
 *
 * @see recipes: semantics shared by all; the loss of the speech model.
 */
function queueStep({
  model,
  batch,
  carried,
  optimizer,
  learningRate,
  clip,
  step,
  collective,
}: TrainStepOptions): QueuedStep {
  const state = carried.before(model, batch);
  const tensors = batchTensors(batch);
  const made: Tensor[] = [];
  let gradient: Gradient | undefined;
  try {
    gradient = takeGradient(model, tensors, { state, step, collective });
    carried.replace(gradient.state);
    const gradients = sumGradients(collective, gradient.gradients);
    gradient = { ...gradient, gradients };
    const own = { loss: gradient.nats, units: tensors.units };
    const { lossAndNorm, factor, units } = tidy(() => {
      const sums = sumTotals(collective, { ...own, norm: globalNorm(gradients) });
      const { loss, norm } = sums;
      const maxNorm = largestNorm(clip, rowsOf(batch));
      const factor = clipFactor({ loss, norm, maxNorm });
      return { lossAndNorm: stack([loss, norm]), factor, units: sums.units };
    });
    made.push(lossAndNorm, factor);
    optimizer.apply({
      variables: [...model.parameters.values()],
      gradients,
      learningRate,
      scale: 1 / rowsOf(batch),
      clip: factor,
      step: step + 1,
    });
    const statistics = foldMeasured(model, gradient.measured);
    factor.dispose();
    return {
      lossAndNorm,
      units,
      statistics,
      dispose: () => dispose([lossAndNorm, ...statistics.values()]),
    };
  } catch (error) {
    dispose(made);
    throw error;
  } finally {
    gradient?.dispose();
    tensors.dispose();
    if (batch.kind === 'utterances') carried.dispose();
  }
}

/** Takes over a step whose loss and norm are finite. */
function endStep(
  { model, batch, clip, step, checkpoint }: TrainStepOptions,
  queued: QueuedStep,
  [nats = NaN, norm = NaN]: Float32Array,
): TrainStepResult {
  const rows = rowsOf(batch);
  const gradientNorm = norm / rows;
  if (!Number.isFinite(nats) || !Number.isFinite(norm)) {
    queued.dispose();
    const what = Number.isFinite(nats)
      ? `norm of the gradient is ${gradientNorm}`
      : `loss is ${nats}`;
    throw new DivergedError(what, step, checkpoint);
  }
  queued.lossAndNorm.dispose();
  if (queued.statistics.size > 0) model.setStatistics(queued.statistics);
  return { nats, gradientNorm, clipped: isClipped(norm, clip, rows), units: queued.units };
}

/** The sequences of a batch, of all ranks. */
function rowsOf(batch: Batch): number {
  return batch.part?.batch ?? batch.batch;
}

/** The statistics after a step, as new tensors; none where nothing was measured. */
function foldMeasured(
  model: SequenceModel,
  measured: ReadonlyMap<string, Measured>,
): ReadonlyMap<string, NamedTensors> {
  const next = new Map<string, NamedTensors>();
  if (measured.size === 0) return next;
  for (const [path, statistics] of model.statistics) {
    const found = measured.get(path);
    const normalizer = model.normalizers.get(path);
    if (found === undefined && normalizer?.measureInput !== undefined) {
      // It measures some steps alone.
      const same = Object.entries(statistics).map(([name, each]) => [name, clone(each)] as const);
      next.set(path, Object.fromEntries(same));
      continue;
    }
    const folded = found && normalizer?.fold?.(statistics, found.tensors, found.counts);
    if (folded === undefined) {
      dispose([...next.values()]);
      throw new BnrnnError(`train: the normalizer ${path} has statistics but measured nothing.`);
    }
    next.set(path, folded);
  }
  return next;
}

function tensorsBesides(carried: CarriedState): number {
  return memory().numTensors - (carried.current?.length ?? 0);
}
