import { randomStream, type BatchSource, type TokenBatch } from '@bnrnn/core';
import { train } from '@bnrnn/training';
import { buildModel } from '../build/buildModel';
import { buildTraining } from '../build/buildTraining';
import type { RunConfig } from '../config/runConfig';

/** Trains a run's model on random tokens, one timed step at a time. */
export interface StepTimer {
  /** Milliseconds of the next training step: batch, gradient, clipping, update. */
  step(): Promise<number>;
  /** Frees the model. */
  stop(): Promise<void>;
}

/**
 * Prepares the training steps of a run's settings on random tokens.
 *
 * @param now  milliseconds.
 */
export function stepTimer(config: RunConfig, types: number, now: () => number): StepTimer {
  const model = buildModel(config, types);
  const source = randomBatches(config, types);
  const { optimizer, schedule, clip, seed, run } = buildTraining(config, {
    splits: { train: source.tokens, valid: source.tokens, test: source.tokens },
    info: config.corpus,
  });
  const events = train({
    model,
    data: { train: source },
    optimizer,
    schedule,
    clip,
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

/** Windows of uniformly random tokens, as many as are asked for. */
function randomBatches(
  config: RunConfig,
  types: number,
): BatchSource<TokenBatch> & { tokens: Int32Array } {
  const time = config.settings['data.time'].value;
  const batch = config.settings['data.batch'].value;
  const size = time * batch;
  const tokens = Int32Array.from(
    randomStream('bench.tokens', config.seed).words(4 * size + 1),
    (word) => word % types,
  );
  return {
    tokens,
    batchesPerEpoch: Number.MAX_SAFE_INTEGER,
    *batches(_epoch, from = 0) {
      for (let i = from; ; i++) {
        const start = (i % 3) * size;
        yield {
          kind: 'tokens',
          time,
          batch,
          inputs: tokens.slice(start, start + size),
          targets: tokens.slice(start + size, start + 2 * size),
          resetState: i === 0,
        };
      }
    },
  };
}
