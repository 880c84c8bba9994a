import type { Batch, BatchSource } from '@bnrnn/core';
import type { Io } from './io';

/** Milliseconds between two lines. */
const interval = 15_000;

export interface WatchedOptions {
  /** What is going on, e.g. `running statistics`. */
  readonly label: string;
  /** Batches that will be read, where not all are. */
  readonly most?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The same batches, with a line about how far they are read every 15 seconds. */
export function watched<Kind extends Batch>(
  io: Io,
  source: BatchSource<Kind>,
  { label, most = Infinity, now }: WatchedOptions,
): BatchSource<Kind> {
  const total = Math.min(source.batchesPerEpoch, most);
  return {
    batchesPerEpoch: source.batchesPerEpoch,
    async *batches(epoch, from, ranks) {
      let told = now();
      let read = from ?? 0;
      for await (const batch of source.batches(epoch, from, ranks)) {
        if (now() - told >= interval) {
          told = now();
          io.note(`${label}: ${read} of ${total} batches`);
        }
        read++;
        yield batch;
      }
    },
  };
}
