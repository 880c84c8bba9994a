import { BnrnnError, type Batch } from '@bnrnn/core';
import type { Moments, Statistics } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { globalNorm } from '@bnrnn/tensor-backend';
import { memory, stack, type Scalar } from '@tensorflow/tfjs-core';
import { clipScale, type ClipSpec } from '../clip';
import { DivergedError } from '../divergedError';
import type { Optimizer } from '../optimizer/optimizer';
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
}

export interface TrainStepResult {
  /** Summed over the batch. */
  readonly nats: number;
  readonly units: number;
  readonly gradientNorm: number;
  readonly clipped: boolean;
}

/**
 * One step of truncated backpropagation through time: gradient, clip, update, running statistics.
 *
 * Loss and norm are read together, once, before anything is changed; a device works on until then, and the
 * event loop is free while the step waits for it.
 *
 * @throws (rejects) DivergedError when either is not finite; BnrnnError when the step leaves a tensor behind.
 */
export async function trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
  const { carried, step } = options;
  const left = new TensorBalance(carried);
  const result = await runStep(options, left);
  const more = left.close();
  if (more === 0) return result;
  throw new BnrnnError(`train: step ${step} left ${more} tensors more than there were before it.`, {
    hint: 'A layer or an op does not dispose what it makes; memory would grow without end.',
  });
}

async function runStep(options: TrainStepOptions, left: TensorBalance): Promise<TrainStepResult> {
  const { model, batch, carried, step } = options;
  const state = carried.before(model, batch);
  const tensors = batchTensors(batch);
  let gradient: Gradient | undefined;
  try {
    gradient = takeGradient(model, tensors, { state, step });
    carried.replace(gradient.state);
    const taken = await update(options, gradient, left);
    foldMoments(model, gradient.moments);
    return { ...taken, units: tensors.units };
  } finally {
    gradient?.dispose();
    tensors.dispose();
    if (batch.kind === 'utterances') carried.dispose();
  }
}

/**
 * The loss is summed over time and averaged over the batch: Σ nats / batch. Over words it is T times the mean
 * per word, over utterances the sum of an utterance's real frames, averaged over utterances; clip thresholds
 * and learning rates assume this scale. The sum is what was differentiated; the batch divides norm and update.
 *
 * @see recipes: semantics shared by all; the loss of the speech model.
 */
async function update(
  { model, batch, optimizer, learningRate, clip, step, checkpoint }: TrainStepOptions,
  { nats, gradients }: Gradient,
  left: TensorBalance,
): Promise<Omit<TrainStepResult, 'units'>> {
  const [total, totalNorm] = await readTogether(nats, globalNorm(gradients), left);
  if (!Number.isFinite(total)) throw new DivergedError(`loss is ${total}`, step, checkpoint);
  const gradientNorm = totalNorm / batch.batch;
  if (!Number.isFinite(gradientNorm)) {
    throw new DivergedError(`norm of the gradient is ${gradientNorm}`, step, checkpoint);
  }
  const { scale, clipped } = clipScale(gradientNorm, clip);
  const variables = [...model.parameters.values()];
  optimizer.apply({
    variables,
    gradients,
    learningRate,
    scale: scale / batch.batch,
    step: step + 1,
  });
  return { nats: total, gradientNorm, clipped };
}

/** Both in one transfer: on a device each read waits for the whole step. */
async function readTogether(
  nats: Scalar,
  norm: Scalar,
  left: TensorBalance,
): Promise<[number, number]> {
  const both = stack([nats, norm]);
  norm.dispose();
  left.pause();
  try {
    const [first, second] = await both.data();
    return [first as number, second as number];
  } finally {
    left.resume();
    both.dispose();
  }
}

function foldMoments(model: SequenceModel, moments: ReadonlyMap<string, Moments>): void {
  if (moments.size === 0) return;
  const next = new Map<string, Statistics>();
  for (const [path, statistics] of model.statistics) {
    const measured = moments.get(path);
    const normalizer = model.normalizers.get(path);
    if (measured === undefined || normalizer === undefined) {
      throw new BnrnnError(`train: the normalizer ${path} has statistics but measured nothing.`);
    }
    next.set(path, normalizer.fold(statistics, measured));
  }
  model.setStatistics(next);
}

/** Counts the tensors that a step adds; what others make while the step waits is not the step's. */
class TensorBalance {
  readonly #carried: CarriedState;
  #before: number;

  constructor(carried: CarriedState) {
    this.#carried = carried;
    this.#before = this.#count();
  }

  pause(): void {
    this.#before -= this.#count();
  }

  resume(): void {
    this.#before += this.#count();
  }

  /** How many tensors more there are than at the start. */
  close(): number {
    return this.#count() - this.#before;
  }

  #count(): number {
    return memory().numTensors - (this.#carried.current?.length ?? 0);
  }
}
