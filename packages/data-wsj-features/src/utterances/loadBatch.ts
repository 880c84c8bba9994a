import { DataError, type UtteranceBatch } from '@bnrnn/core';
import type { AlignmentTable, FeatureTable } from '../features';

/** One utterance of a data set. */
export interface Utterance {
  readonly key: string;
  /** Frames that have both features and a target. */
  readonly frames: number;
}

/** Where the frames of utterances and their targets come from. */
export interface UtteranceTables {
  readonly features: FeatureTable;
  /** Every target is 0 when absent. */
  readonly alignments?: AlignmentTable;
}

/**
 * Reads some utterances side by side, padded with zeros to the longest.
 *
 * @param time  pads to so many frames; to the longest utterance when absent.
 * @returns  inputs [time, batch, features], targets [time, batch] and lengths [batch], a column an utterance.
 * @throws DataError naming the utterance and the frame where a value is not a finite number or a target
 *   is no class; and whatever the tables say of files that are not what they should be.
 */
export async function loadBatch(
  tables: UtteranceTables,
  utterances: readonly Utterance[],
  time = Math.max(...utterances.map(({ frames }) => frames)),
): Promise<UtteranceBatch> {
  const { alignments } = tables;
  const { columns } = tables.features;
  const batch = utterances.length;
  // Only what was read vouches for the number of frames.
  const read = await Promise.all(utterances.map((utterance) => readUtterance(tables, utterance)));
  const inputs = new Float32Array(time * batch * columns);
  const targets = new Int32Array(time * batch);
  const lengths = Int32Array.from(read, ({ frames }) => frames);
  read.forEach(({ key, frames, data, labels }, column) => {
    for (let t = 0; t < frames; t++) {
      const row = t * batch + column;
      inputs.set(finite(data.subarray(t * columns, (t + 1) * columns), key, t), row * columns);
      if (alignments !== undefined && labels !== undefined) {
        targets[row] = classOf(labels[t] as number, alignments.classes, key, t);
      }
    }
  });
  const keys = utterances.map(({ key }) => key);
  return { kind: 'utterances', time, batch, features: columns, inputs, targets, lengths, keys };
}

async function readUtterance(
  { features, alignments }: UtteranceTables,
  { key, frames }: Utterance,
) {
  const { data, rows } = await features.read(key);
  const labels = alignments?.read(key);
  const labelled = labels?.length ?? rows;
  if (rows < frames || labelled < frames) {
    throw new DataError(
      `${key} has ${rows} frames of features and ${labelled} targets, expected at least ${frames} of each.`,
      {
        hint: 'Does utt2num_frames belong to these archives, and were they changed while they were read?',
      },
    );
  }
  return { key, frames, data, labels };
}

function finite<Values extends Float32Array | Float64Array>(
  values: Values,
  key: string,
  frame: number,
): Values {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new DataError(
        `${key}: value ${i} of frame ${frame} is ${String(values[i])}, expected a finite number.`,
        { hint: 'Look at the utterance with "bnrnn features copy --text", or leave it out.' },
      );
    }
  }
  return values;
}

function classOf(label: number, classes: number, key: string, frame: number): number {
  if (label >= 0 && label < classes) return label;
  throw new DataError(
    `${key}: the target of frame ${frame} is ${label}, expected one of ${classes} classes from 0.`,
    { hint: 'Do the alignments belong to the model?' },
  );
}
