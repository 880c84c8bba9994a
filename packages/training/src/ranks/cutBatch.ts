import type { Batch, UtteranceBatch } from '@bnrnn/core';

/** A piece of a mini-batch. */
export interface BatchCut {
  /** The first so many steps; all when absent. */
  readonly time?: number;
  /** The first column; 0 when absent. */
  readonly first?: number;
  /** How many columns. */
  readonly batch: number;
}

/** The first steps of neighbouring sequences of a mini-batch. */
export function cutBatch(whole: Batch, { time = Infinity, first = 0, batch }: BatchCut): Batch {
  const steps = Math.min(time, whole.time);
  const columns = Math.min(batch, whole.batch - first);
  const cut = <Values extends Int32Array | Float32Array>(values: Values, out: Values): Values => {
    const each = out.length / (steps * columns);
    for (let t = 0; t < steps; t++) {
      const from = (t * whole.batch + first) * each;
      out.set(values.subarray(from, from + columns * each), t * columns * each);
    }
    return out;
  };
  const rows = steps * columns;
  const shared = {
    time: steps,
    batch: columns,
    targets: cut(whole.targets, new Int32Array(rows)),
  };
  if (whole.kind === 'tokens') {
    return { ...whole, ...shared, inputs: cut(whole.inputs, new Int32Array(rows)) };
  }
  return {
    ...whole,
    ...shared,
    inputs: cut(whole.inputs, new Float32Array(rows * whole.features)),
    lengths: whole.lengths.slice(first, first + columns).map((length) => Math.min(length, steps)),
    keys: whole.keys.slice(first, first + columns),
  };
}

/** One column without frames, of a batch's time steps: what a rank computes that has no utterance of it. */
export function noUtterance({ time, features }: UtteranceBatch): UtteranceBatch {
  return {
    kind: 'utterances',
    ...{ time, batch: 1, features },
    inputs: new Float32Array(time * features),
    targets: new Int32Array(time),
    lengths: new Int32Array(1),
    keys: [''],
  };
}
