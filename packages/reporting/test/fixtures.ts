import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusInfo, RunEvent, RunEventOf, RunEvaluation, RunResult } from '@bnrnn/core';
import type { Run, RunConfig } from '../src/run/run';

export const corpus: CorpusInfo = {
  name: 'ptb',
  sha256: { train: 'fcea919f6cf83f35'.repeat(4), valid: 'c9fe6985fe0d4ccb'.repeat(4) },
  counts: { train: 929589, valid: 73760 },
  classes: 10000,
};

export const otherCorpus: CorpusInfo = {
  ...corpus,
  name: 'glosses',
  sha256: { train: '0123456789abcdef'.repeat(4), valid: 'fedcba9876543210'.repeat(4) },
};

/** Without `data`, as a run that no command made may be. */
export function config(changes: Partial<RunConfig> = {}): RunConfig {
  const stored = { version: 1 };
  return {
    ...stored,
    preset: 'ptb-small',
    recipe: 'authors-code',
    backend: 'wasm',
    precision: 'float32',
    seed: 1,
    unit: 'word',
    corpus,
    command: '',
    commit: 'unknown',
    versions: {},
    settings: {
      'model.units': { value: 200, source: 'code' },
      'model.normalize.inputToHidden': { value: 'none', source: 'chosen' },
    },
    ...changes,
  };
}

export const bnSettings: RunConfig['settings'] = {
  'model.units': { value: 200, source: 'code' },
  'model.normalize.inputToHidden': { value: 'frame', source: 'text', note: 'section 3.1' },
};

export function startEvent(changes: Partial<RunEventOf<'start'>> = {}): RunEventOf<'start'> {
  return {
    type: 'start',
    step: 0,
    epoch: 0,
    at: 0,
    preset: 'ptb-small',
    recipe: 'authors-code',
    backend: 'wasm',
    seed: 1,
    corpus,
    unit: 'word',
    parameters: 4651600,
    stepsPerEpoch: 10,
    totalSteps: 20,
    resumed: false,
    ...changes,
  };
}

export function stepEvent(step: number, loss: number, changes: Partial<RunEventOf<'step'>> = {}) {
  return {
    type: 'step',
    step,
    epoch: 0,
    at: 1000 * step,
    loss,
    learningRate: 1,
    gradientNorm: 3,
    clipped: false,
    units: 640,
    unitsPerSecond: 9000,
    ...changes,
  } satisfies RunEvent;
}

export function evaluationEvent(changes: Partial<RunEventOf<'evaluation'>> = {}) {
  return {
    type: 'evaluation',
    step: 10,
    epoch: 0,
    at: 10_500,
    split: 'valid',
    statistics: 'running',
    nllPerUnit: 5,
    perplexity: Math.exp(5),
    perplexityMeanOfBatches: 150,
    units: 73760,
    ...changes,
  } satisfies RunEvent;
}

export function evaluation(
  statistics: RunEvaluation['statistics'],
  nllPerUnit: number,
  changes: Partial<RunEvaluation> = {},
): RunEvaluation {
  return {
    split: 'valid',
    statistics,
    nllPerUnit,
    perplexity: Math.exp(nllPerUnit),
    perplexityMeanOfBatches: Math.exp(nllPerUnit) + 1.5,
    ...changes,
  };
}

/** A run whose step s has the s-th of `losses`, with a result made of them. */
export function run(
  losses: readonly number[],
  changes: { config?: Partial<RunConfig>; evaluations?: RunEvaluation[]; folder?: string } = {},
): Run {
  const settings = config(changes.config);
  const result: RunResult = {
    steps: losses.length,
    epochs: 1,
    firstLoss: losses[0] ?? 0,
    lastLoss: losses.at(-1) ?? 0,
    unitsPerSecond: 9000,
    seconds: losses.length,
    evaluations: changes.evaluations ?? [],
  };
  return {
    folder: changes.folder ?? `runs/${settings.preset}-${settings.seed}`,
    config: settings,
    events: [
      startEvent({ preset: settings.preset, seed: settings.seed }),
      ...losses.map((loss, i) => stepEvent(i + 1, loss)),
    ],
    result,
  };
}

export function writeRun(folder: string, { config: settings, events, result }: Run): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
  writeFileSync(
    join(folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  if (result !== undefined) writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}

/** A run that looks like a real one: a loss that falls from ln 10,000, noise, an evaluation an epoch. */
export function realisticRun(options: {
  preset: string;
  seed: number;
  steps: number;
  stepsPerEpoch: number;
  floor: number;
  halfLife: number;
  validation: number;
  settings?: RunConfig['settings'];
  command?: string;
}): Run {
  const { preset, seed, steps, stepsPerEpoch, floor, halfLife, validation } = options;
  const noise = noiseFrom(seed + preset.length);
  const settings = config({
    preset,
    seed,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    command: options.command ?? `bnrnn train ${preset} --data ptb --seed ${seed}`,
    commit: '0b1c9e7d3f5a2468ace013579bdf02468ace0135',
    versions: { node: '20.20.2', '@tensorflow/tfjs-core': '4.22.0' },
  });
  const events: RunEvent[] = [
    startEvent({ preset, seed, stepsPerEpoch, totalSteps: steps, parameters: 4651600 }),
  ];
  const evaluations: RunEvaluation[] = [];
  let loss = Math.log(10_000);
  for (let step = 1; step <= steps; step++) {
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    const decay = Math.pow(1 + step / halfLife, -0.55);
    loss = floor + (9.21 - floor) * decay - 0.05 * Math.log1p(epoch) + 0.13 * noise();
    events.push(
      stepEvent(step, loss, { epoch, at: 70 * step, unitsPerSecond: 9100 + 300 * noise() }),
    );
    if (step % stepsPerEpoch !== 0 && step !== steps) continue;
    const best = Math.max(0, epoch - 8) * 0.012;
    const base = validation + (9.21 - floor) * decay * 0.8 + best;
    const at = { step, epoch, at: 70 * step };
    for (const [statistics, extra] of [
      ['batch', 0],
      ['running', 0.021],
      ['recalibrated', 0.012],
    ] as const) {
      const one = evaluation(statistics, base + extra + 0.004 * noise());
      events.push({ type: 'evaluation', ...at, units: 73760, ...one });
      if (step === steps) evaluations.push(one);
    }
    events.push({
      type: 'epoch',
      ...at,
      learningRate: 1,
      trainNllPerUnit: loss + 0.05,
      trainPerplexity: Math.exp(loss + 0.05),
      trainPerplexityMeanOfBatches: Math.exp(loss + 0.05) + 2,
      seconds: 0.07 * stepsPerEpoch,
    });
  }
  const seconds = 0.07 * steps;
  events.push({ type: 'end', step: steps, epoch: 12, at: 70 * steps, reason: 'finished', seconds });
  return {
    folder: `runs/${preset}-${seed}`,
    config: settings,
    events,
    result: {
      steps,
      epochs: Math.ceil(steps / stepsPerEpoch),
      firstLoss: 9.211,
      lastLoss: loss,
      unitsPerSecond: 9080,
      seconds,
      best: { epoch: 8, nllPerUnit: validation, perplexity: Math.exp(validation) },
      evaluations,
    },
  };
}

/** Sums of uniform numbers from a linear congruential generator: close enough to normal for a picture. */
function noiseFrom(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => 2 * (uniform() + uniform() + uniform());
}
