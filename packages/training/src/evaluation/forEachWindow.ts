import type { Batch, BatchSource, Collective } from '@bnrnn/core';
import type { NamedTensors } from '@bnrnn/normalization';
import type { ForwardResult, SequenceModel } from '@bnrnn/recurrent';
import { dispose } from '@tensorflow/tfjs-core';
import type { AgreedSignal } from '../ranks/agreedSignal';
import { partOfBatch } from '../ranks/partOfBatch';
import { batchTensors, type BatchTensors } from '../step/batchTensors';
import { CarriedState } from '../step/carriedState';
import { letOthersRun } from '../step/letOthersRun';

export interface ForEachWindowOptions {
  readonly model: SequenceModel;
  /** Epoch 0 of it is read. */
  readonly source: BatchSource;
  readonly mode: 'batch' | 'stored';
  /** Used instead of the running statistics. */
  readonly statistics?: ReadonlyMap<string, NamedTensors> | undefined;
  readonly maxBatches?: number | undefined;
  /** The ranks that read parts of each batch. */
  readonly collective: Collective;
  readonly agreed: AgreedSignal;
  /** Sees one window; what it is given is freed when its promise settles. */
  visit: (result: ForwardResult, tensors: BatchTensors, batch: Batch) => Promise<void>;
}

/**
 * Runs a model over a split without dropout and without gradients, its state carried along.
 *
 * @returns the number of windows.
 * @throws the signal's reason when it is aborted.
 */
export async function forEachWindow(options: ForEachWindowOptions): Promise<number> {
  const { source, maxBatches = Infinity, collective, agreed } = options;
  const carried = new CarriedState();
  let count = 0;
  try {
    for await (const batch of source.batches(0, 0, collective)) {
      agreed.agree();
      agreed.signal?.throwIfAborted();
      if (count >= maxBatches) break;
      await runWindow(options, carried, partOfBatch(batch, collective));
      count++;
      // Lets timers and signal handlers run between windows.
      await letOthersRun();
    }
  } finally {
    carried.dispose();
  }
  return count;
}

async function runWindow(
  { model, mode, statistics, collective, visit }: ForEachWindowOptions,
  carried: CarriedState,
  batch: Batch,
): Promise<void> {
  const state = carried.before(model, batch);
  const tensors = batchTensors(batch);
  let result: ForwardResult | undefined;
  try {
    result = model.forward(tensors.inputs, state, {
      mode,
      training: false,
      step: 0,
      collective,
      ...(statistics === undefined ? {} : { statistics }),
    });
    carried.replace(result.state);
    await visit(result, tensors, batch);
  } finally {
    tensors.dispose();
    if (result !== undefined) {
      result.hidden.dispose();
      for (const { tensors: measured } of result.measured.values()) dispose(measured);
    }
  }
}
