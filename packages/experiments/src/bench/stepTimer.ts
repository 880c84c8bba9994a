import { train } from '@bnrnn/training';
import type { BenchSubject } from './benchSubject';

/** Trains a subject's model on its batches, one timed step at a time. */
export interface StepTimer {
  /** Milliseconds of the next training step: batch, gradient, clipping, update. */
  step(): Promise<number>;
  /** Frees the model. */
  stop(): Promise<void>;
}

/**
 * Prepares the training steps of a subject.
 *
 * @param now  milliseconds.
 */
export function stepTimer(subject: BenchSubject, now: () => number): StepTimer {
  const model = subject.makeModel();
  const { optimizer, schedule, clip, seed, run } = subject.plan;
  const events = train({
    model,
    data: { train: subject.source },
    optimizer,
    schedule,
    ...(clip !== undefined && { clip }),
    seed,
    epochs: 1,
    run,
    now,
  });
  return {
    async step() {
      for (;;) {
        const start = now();
        const { value } = await events.next();
        const elapsed = now() - start;
        if (value === undefined) throw new Error('stepTimer: the run ended.');
        if (value.type === 'step') return elapsed;
      }
    },
    async stop() {
      await events.return();
      model.dispose();
    },
  };
}
