import {
  findPreset,
  resolveRun,
  resolveSpeechRun,
  speechSubject,
  type BenchSubject,
} from '@bnrnn/experiments';
import { startBackend } from '@bnrnn/tensor-backend';
import { train } from '@bnrnn/training';
import { languageData } from '../train/languageData';
import { unknownCorpus } from '../train/trainFlags';
import type { ParityMessage, ParityRequest } from './parityRequest';

/** A frame classifier's utterances: small, as it is values and not speed that are compared. */
const speech = { features: 69, classes: 400, frames: 40 };

/**
 * Trains on one backend and tells the parameters after each step; `tell` resolves when the next step is
 * wanted.
 */
export async function trainForParity(
  request: ParityRequest,
  tell: (message: ParityMessage) => Promise<void>,
): Promise<void> {
  const { threads, allowCpu, steps } = request;
  const backend = await startBackend(request.backend, { threads, allowCpu });
  await tell({ kind: 'started', backend });
  const { makeModel, plan, source } = await subjectOf(request);
  const model = makeModel();
  const { optimizer, schedule, clip, seed, run } = plan;
  const events = train({
    model,
    data: { train: source },
    optimizer,
    schedule,
    ...(clip !== undefined && { clip }),
    seed,
    epochs: Math.ceil(steps / source.batchesPerEpoch),
    maxSteps: steps,
    run,
    now: Date.now,
  });
  for await (const event of events) {
    if (event.type !== 'step') continue;
    const parameters = new Map<string, Float32Array>();
    for (const [name, variable] of model.parameters) {
      parameters.set(name, Float32Array.from(await variable.data()));
    }
    await tell({ kind: 'step', step: event.step, loss: event.loss, parameters });
  }
  model.dispose();
}

async function subjectOf(
  request: ParityRequest,
): Promise<Pick<BenchSubject, 'makeModel' | 'plan' | 'source'>> {
  const { preset, recipe, seed, overrides, backend, data } = request;
  const asked = {
    preset,
    seed,
    overrides,
    backend,
    corpus: unknownCorpus,
    ...(recipe !== undefined && { recipe }),
  };
  if (findPreset(preset).unit === 'frame') {
    const files = { train: 'random', dev: 'random', alignments: [] };
    return speechSubject(resolveSpeechRun({ ...asked, data: files }), speech);
  }
  const draft = resolveRun({ ...asked, data });
  const corpus = await languageData(draft);
  const config = { ...draft, corpus: corpus.info };
  const run = corpus.prepare(config);
  return { makeModel: () => run.makeModel(), plan: run.plan, source: run.plan.data.train };
}
