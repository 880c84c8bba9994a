import { benchSubject, completeRun, resolveRun, tasks } from '@bnrnn/experiments';
import { startBackend, startKernelLog, type Backend } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { expectClose } from '@bnrnn/test-utils';
import { train } from '@bnrnn/training';
import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const { available } = await webgpuBackend.probe();
const [types, time, layers] = [30, 20, 2];

/** The losses of a few steps and, on webgpu, the dispatches of the last of them. */
async function steps(preset: string, backend: Backend | 'cpu') {
  const isOurs = backend !== 'cpu';
  const info = await startBackend(backend, { fallback: isOurs ? 'forbid' : 'allow' });
  const { language } = tasks;
  const draft = resolveRun(language, {
    preset,
    data: 'random',
    overrides: [
      { path: 'data.time', value: time },
      { path: 'data.batch', value: 4 },
      { path: 'model.units', value: 9 },
    ],
  });
  const corpus = { name: 'random', sha256: {}, counts: {}, classes: types };
  const config = completeRun(draft, { backend: info.name, corpus });
  const subject = benchSubject(
    config,
    language.modelSpec(draft.settings, { classes: types }),
    time,
  );
  const { source, plan } = subject;
  const model = subject.makeModel();
  const { optimizer, schedule, clip, seed, run } = plan;
  const losses: number[] = [];
  let dispatches = 0;
  const count = (): number => (engine().backend as { dispatches?: number }).dispatches ?? 0;
  let before = 0;
  const log = startKernelLog();
  for await (const event of train({
    ...{ model, data: { train: source }, optimizer, schedule, seed, epochs: 1, run },
    ...(clip !== undefined && { clip }),
    now: () => 0,
  })) {
    if (event.type !== 'step') continue;
    losses.push(event.loss);
    dispatches = count() - before;
    before = count();
    if (losses.length === 4) break;
  }
  model.dispose();
  return { losses, dispatches, ran: log.stop() };
}

describe.skipIf(!available)('a training step on webgpu', () => {
  test.each(['ptb-small', 'ptb-small-bn'])(
    '%s: the losses of plain JavaScript, no fallback, few dispatches',
    async (preset) => {
      const plain = await steps(preset, 'cpu');
      const ours = await steps(preset, webgpuBackend);
      expectClose(ours.losses, plain.losses, { rtol: 1e-5 });
      expect(new Set(ours.losses).size).toBe(4);
      expect(ours.ran.filter(({ ran }) => ran === 'fallback')).toEqual([]);
      expect(ours.ran.map(({ op }) => op)).toContain('scan');
      expect(ours.dispatches).toBeGreaterThan(2 * time * layers);
      expect(ours.dispatches).toBeLessThanOrEqual(40 + 3 * time * layers);
    },
  );
});

test.skipIf(available)('says what is missing', async () => {
  const { reason, fix } = await webgpuBackend.probe();
  expect(`${reason} ${fix}`).toMatch(/webgpu|adapter/);
  await expect(startBackend(webgpuBackend)).rejects.toThrow('The backend "webgpu" cannot start: ');
});
