/**
 * `node measure.mjs --out FOLDER [--seconds N]`: each op on WebGPU beside plain JavaScript, the losses of tiny models
 * beside plain JavaScript, then the time of training steps; JSON in the folder. Two backends never share a process:
 * each part is a child (`--part`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchSubject, completeRun, resolveRun, tasks } from '@bnrnn/experiments';
import { registerBackend, startBackend, startKernelLog } from '@bnrnn/tensor-backend';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { train } from '@bnrnn/training';
import { engine, grads, square, sum } from '@tensorflow/tfjs-core';
import { opCases } from '../supportMatrix/opCases.mjs';

registerBackend(webgpuBackend);

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    part: { type: 'string' },
    preset: { type: 'string' },
    backend: { type: 'string', default: 'webgpu' },
    steps: { type: 'string', default: '20' },
    types: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '150' },
  },
});
const presets = ['ptb-small', 'ptb-small-bn', 'ptb-medium', 'ptb-large'];

if (flags.part === undefined) measureAll();
else console.log(`\n${JSON.stringify(await parts()[flags.part]())}`);
// Dawn holds the event loop while its GPU is referenced.
if (flags.part !== undefined) process.exit(0);

function parts() {
  return { ops, steps };
}

function measureAll() {
  mkdirSync(flags.out, { recursive: true });
  const begun = Date.now();
  const report = { started: new Date().toISOString(), node: process.version };
  const note = (name, value) => {
    report[name] = value;
    writeFileSync(join(flags.out, 'webgpu.json'), JSON.stringify(report, null, 1));
    console.log(name, JSON.stringify(value).slice(0, 1500));
  };
  note('ops', compareOps());
  for (const preset of ['ptb-small-tiny', 'ptb-small-bn-tiny']) note(preset, compareLosses(preset));
  for (const preset of presets) {
    if ((Date.now() - begun) / 1000 > Number(flags.seconds)) break;
    note(preset, child('steps', ['--preset', preset, '--steps', '30']));
  }
}

function compareOps() {
  const [ours, plain] = ['webgpu', 'cpu'].map((backend) => child('ops', ['--backend', backend]));
  if ('failed' in ours || 'failed' in plain) return { ours, plain };
  return Object.entries(plain.results).map(([name, expected]) => ({
    name,
    ran: ours.ran[name],
    worst: Math.max(
      0,
      ...expected.map((list, k) => difference(ours.results[name]?.[k] ?? [], list)),
    ),
  }));
}

function compareLosses(preset) {
  const ask = (backend) =>
    child('steps', ['--preset', preset, '--backend', backend, '--types', '50']);
  const [ours, plain] = ['webgpu', 'cpu'].map(ask);
  if ('failed' in ours || 'failed' in plain) return { ours, plain };
  return { ...ours, worst: difference(ours.losses, plain.losses) };
}

/** The largest difference as a share of the largest expected value. */
function difference(ours, expected) {
  const largest = Math.max(1e-30, ...expected.map(Math.abs));
  return Math.max(0, ...expected.map((value, i) => Math.abs((ours[i] ?? NaN) - value) / largest));
}

function child(part, args) {
  const run = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), '--part', part, ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 120_000 },
  );
  const last = run.stdout.trim().split('\n').at(-1) ?? '';
  if (run.status === 0) return JSON.parse(last);
  return { failed: `${run.stderr.slice(-1500)}${run.stdout.slice(-300)}` };
}

async function ops() {
  const info = await startBackend(flags.backend);
  const results = {};
  const ran = {};
  for (const [k, { op, inputs, run, step }] of opCases.entries()) {
    const name = `${k} ${op}`;
    const log = startKernelLog();
    const tensors =
      step === undefined
        ? grads((...given) => sum(square(run(...given))))(inputs())
        : [step()].filter(Boolean);
    results[name] = await Promise.all(tensors.map(async (each) => [...(await each.data())]));
    ran[name] = log.stop().some((entry) => entry.ran === 'fallback') ? 'fallback' : 'kernel';
  }
  return { info, results, ran };
}

async function steps() {
  const info = await startBackend(flags.backend);
  const draft = resolveRun(tasks.language, { preset: flags.preset, data: 'random' });
  const classes = Number(flags.types);
  const corpus = { name: 'random', sha256: {}, counts: {}, classes };
  const config = completeRun(draft, { backend: info.name, corpus });
  const spec = tasks.language.modelSpec(draft.settings, { classes });
  const subject = benchSubject(config, spec, draft.settings['data.time'].value);
  const model = subject.makeModel();
  const { optimizer, schedule, clip, seed, run } = subject.plan;
  const losses = [];
  const times = [];
  const dispatches = [];
  let last = performance.now();
  const events = train({
    ...{
      model,
      data: { train: subject.source },
      optimizer,
      schedule,
      seed,
      epochs: 1,
      run,
      now: () => performance.now(),
    },
    ...(clip !== undefined && { clip }),
  });
  let counted = engine().backend.dispatches;
  for await (const event of events) {
    if (event.type !== 'step') continue;
    const now = performance.now();
    times.push(now - last);
    dispatches.push(engine().backend.dispatches - counted);
    counted = engine().backend.dispatches;
    last = performance.now();
    losses.push(event.loss);
    if (losses.length === Number(flags.steps)) break;
  }
  const timed = times.slice(Math.floor(times.length / 3)).sort((a, b) => a - b);
  return {
    ...{ preset: flags.preset, info, unitsPerStep: subject.unitsPerStep },
    stepMilliseconds: timed[timed.length >> 1],
    firstMilliseconds: times[0],
    dispatches: dispatches.at(-1),
    losses,
  };
}
