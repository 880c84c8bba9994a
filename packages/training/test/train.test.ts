import { runEventSchema, type RunEvent } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { train, type TrainOptions } from '@bnrnn/training';
import * as v from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend('cpu');
});

async function collect(options: TrainOptions): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of train(options)) {
    v.parse(runEventSchema, event);
    events.push(event);
  }
  return events;
}

test('a run tells its events in order and learns', async () => {
  const model = tinyModel();
  const events = await collect({
    ...tinyOptions(),
    model,
    epochs: 10,
    schedule: { initial: 0.5, decayFactor: 2, firstDecayedEpoch: 20 },
    evaluation: { statistics: ['running', 'batch'] },
  });
  model.dispose();
});
