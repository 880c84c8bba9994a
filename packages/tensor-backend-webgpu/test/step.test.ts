import { benchSubject, completeRun, readOverride, resolveRun, tasks } from '@bnrnn/experiments';
import { startBackend, startKernelLog, type Backend } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { expectClose } from '@bnrnn/test-utils';
import { train } from '@bnrnn/training';
import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { GpuBackend } from '../src/gpu/gpuBackend';

const { available } = await webgpuBackend.probe();
const [types, layers, time] = [30, 2, 20];

/** As `--set` takes them. */
type Changes = readonly string[];

/** Normalizers inside the recurrence, and cells. */
const models: readonly [name: string, preset: string, changes?: Changes][] = [
  ['an LSTM', 'ptb-small'],
  ['an LSTM, W·x normalized', 'ptb-small-bn'],
  [
    'an LSTM, h·U and the cell normalized by frame',
    'ptb-small',
    ['model.normalize.hiddenToHidden=frame', 'model.normalize.cell=frame'],
  ],
  [
    'an LSTM, W·x, h·U and the cell normalized by frame',
    'ptb-small-bn',
    ['inputToHidden', 'hiddenToHidden', 'cell'].map((at) => `model.normalize.${at}=frame`),
  ],
  ['an LSTM, the sum normalized by frame', 'ptb-small', ['model.normalize.preActivation=frame']],
  [
    'an LSTM, h·U and the cell normalized by layer',
    'ptb-small',
    ['model.normalize.hiddenToHidden=layer', 'model.normalize.cell=layer'],
  ],
  ['a GRU', 'ptb-small', ['model.cell=gru']],
  [
    'a GRU, h·U normalized by frame',
    'ptb-small',
    ['model.cell=gru', 'model.normalize.hiddenToHidden=frame'],
  ],
  [
    'a GRU, h·U normalized by layer',
    'ptb-small',
    ['model.cell=gru', 'model.normalize.hiddenToHidden=layer'],
  ],
  ['an RNN', 'ptb-small', ['model.cell=rnn']],
  [
    'an RNN, the sum normalized by layer',
    'ptb-small',
    ['model.cell=rnn', 'model.normalize.preActivation=layer'],
  ],
];

/** The losses of a few steps and, on webgpu, what the last of them took of the device. */
async function steps(preset: string, changes: Changes, backend: Backend | 'cpu') {
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
      ...changes.map(readOverride),
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
  const used = { dispatches: 0, newBuffers: 0, reads: 0 };
  const counts = isOurs ? countCommands() : { ...used };
  let before = { ...used };
  const log = startKernelLog();
  for await (const event of train({
    ...{ model, data: { train: source }, optimizer, schedule, seed, epochs: 1, run },
    ...(clip !== undefined && { clip }),
    now: () => 0,
  })) {
    if (event.type !== 'step') continue;
    losses.push(event.loss);
    for (const key of ['dispatches', 'newBuffers', 'reads'] as const) {
      used[key] = counts[key] - before[key];
    }
    before = { ...counts };
    if (losses.length === 4) break;
  }
  model.dispose();
  return { losses, ...used, ran: log.stop() };
}

/** Counts what is asked of the device from now on. */
function countCommands() {
  const { backend } = engine();
  if (!(backend instanceof GpuBackend)) throw new Error('webgpu is not the active backend.');
  const { device } = backend;
  let [newBuffers, reads] = [0, 0];
  const make = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    newBuffers++;
    return make(descriptor);
  };
  const read = backend.getBufferData.bind(backend);
  backend.getBufferData = (buffer) => {
    reads++;
    return read(buffer);
  };
  return {
    get dispatches() {
      return backend.dispatches;
    },
    get newBuffers() {
      return newBuffers;
    },
    get reads() {
      return reads;
    },
  };
}

describe.skipIf(!available)('a training step on webgpu', () => {
  test.each(models)(
    'of %s: the losses of plain JavaScript, no fallback, few dispatches, no new buffer',
    async (_, preset, changes = []) => {
      const plain = await steps(preset, changes, 'cpu');
      const ours = await steps(preset, changes, webgpuBackend);
      // Normalizers of four rows inside a recurrence let rounding grow with each update: on wasm as much as here.
      const isInside = changes.some((change) => change.startsWith('model.normalize.'));
      const first = (losses: number[]) => (isInside ? losses.slice(0, 1) : losses);
      expectClose(first(ours.losses), first(plain.losses), { rtol: 1e-5 });
      expectClose(ours.losses.slice(1, 2), plain.losses.slice(1, 2), { rtol: 1e-2 });
      expect(new Set(ours.losses).size).toBe(4);
      expect(ours.ran.filter(({ ran }) => ran === 'fallback')).toEqual([]);
      expect(ours.ran.map(({ op }) => op)).toContain('scan');
      expect(ours.dispatches).toBeGreaterThan(2 * time * layers);
      expect(ours.dispatches).toBeLessThanOrEqual(40 + 3 * time * layers);
      expect(ours.newBuffers).toBe(0);
      expect(ours.reads).toBe(1);
    },
  );
});

test.skipIf(available)('says what is missing', async () => {
  const { reason, fix } = await webgpuBackend.probe();
  expect(`${reason} ${fix}`).toMatch(/webgpu|adapter/);
  await expect(startBackend(webgpuBackend)).rejects.toThrow('The backend "webgpu" cannot start: ');
});
