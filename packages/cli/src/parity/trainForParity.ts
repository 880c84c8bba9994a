import { startBackend } from '@bnrnn/tensor-backend';
import { train } from '@bnrnn/training';
import type { Io } from '../io';
import { readStrategy } from '../ownStrategy';
import { codeVersion, computedBy } from '../provenance';
import { runTaskOfPreset } from '../tasks/runTasks';
import type { ParityMessage, ParityRequest } from './parityRequest';

/**
 * Trains on one backend and tells the parameters after each step; `tell` resolves when the next step is
 * wanted.
 */
export async function trainForParity(
  io: Io,
  request: ParityRequest,
  tell: (message: ParityMessage) => Promise<void>,
): Promise<void> {
  const { threads, allowCpu, steps } = request;
  const backend = await startBackend(request.backend, { threads, allowCpu });
  await tell({ kind: 'started', backend });
  const facts = { ...computedBy(backend), command: '', commit: codeVersion() };
  const task = runTaskOfPreset(request.preset);
  const { strategies } = await readStrategy(request);
  const asked = { ...request, strategies };
  const { makeModel, plan, source } = await task.parity(io, asked, request.data, facts);
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
