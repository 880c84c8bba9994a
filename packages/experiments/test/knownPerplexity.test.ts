import {
  completeRun,
  loadCorpus,
  readOverride,
  resolveRun,
  runBatches,
  tasks,
  trainingPlan,
} from '@bnrnn/experiments';
import { modelFromSpec } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { evaluate, train } from '@bnrnn/training';
import { expect, it } from 'vitest';

/** Two passes at the recipe's rate are too noisy for the last percents: the second is at an eighth. */
const longer = [
  'schedule.maxSteps=0',
  'schedule.epochs=2',
  'schedule.firstDecayedEpoch=2',
  'schedule.decayFactor=8',
].map(readOverride);

it('ptb-small-bn-tiny comes within 5 % of the known perplexity of synthetic (seed 1)', async () => {
  const { name: backend } = await startBackend('wasm');
  const corpus = await loadCorpus('synthetic');
  const known = corpus.source!.perplexity;
  const draft = resolveRun(tasks.language, {
    preset: 'ptb-small-bn-tiny',
    overrides: longer,
    data: 'synthetic',
  });
  const config = completeRun(draft, {
    ...{ backend, corpus: corpus.info },
  });
  const spec = tasks.language.modelSpec(config.settings, { classes: corpus.vocabulary.size });
  const model = modelFromSpec(spec, { seed: config.seed });
  const plan = trainingPlan(config, {
    train: runBatches(config.settings, corpus, 'train'),
    valid: runBatches(config.settings, corpus, 'valid'),
  });
  for await (const event of train({ ...plan, model, now: () => 0 })) {
    if (event.type === 'end') expect(event).toMatchObject({ reason: 'finished', step: 1248 });
  }
  const source = runBatches(config.settings, corpus, 'test');
  const { perplexity } = await evaluate({ model, source, statistics: 'running' });
  model.dispose();
  expect(perplexity / known).toBeLessThan(1.05);
  // No model does better than the source, but for the luck of the sample.
  expect(perplexity / known).toBeGreaterThan(0.98);
}, 300_000);
