import type { RunEvent } from '@bnrnn/core';

/**
 * Something that hears every event of a run: a progress line, a log.
 *
 *     for await (const event of train(...)) for (const consumer of consumers) consumer.write(event);
 */
export interface EventConsumer {
  write(event: RunEvent): void;
  /** Leaves the terminal or file in order; later writes are an error of the caller. */
  close(): void;
}
