import { parseRunEvent, type RunEvent, type RunEventOf } from '@bnrnn/core';
import { batchNorm } from '@bnrnn/normalization';
import { frameClassifier, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, testBackend, testBackends } from '@bnrnn/test-utils';
import { train, type TrainOptions } from '@bnrnn/training';
import {
  logSoftmax,
  matMul,
  add,
  memory,
  mul,
  oneHot,
  sum,
  tensor1d,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyData, tinyOptions, tinyUtterances } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

async function collect(options: TrainOptions): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of train(options)) {
    events.push(parseRunEvent(JSON.stringify(event), event.type));
  }
  return events;
}

function ofType<Type extends RunEvent['type']>(events: RunEvent[], type: Type): RunEventOf<Type>[] {
  return events.filter((event): event is RunEventOf<Type> => event.type === type);
}

test('a run tells its events in order', async () => {
  const model = tinyModel();
  const evaluation = { statistics: ['running', 'batch'], perEpoch: 2 } as const;
  const events = await collect({ ...tinyOptions(), model, evaluation });
  const half = ['step', 'step', 'step', 'evaluation', 'evaluation'];
  const epoch = [...half, ...half, 'epoch'];
  expect(events.map(({ type }) => type)).toEqual(['start', ...epoch, ...epoch, 'end']);
  expect(events[0]).toEqual({
    type: 'start',
    step: 0,
    epoch: 0,
    at: expect.any(Number) as number,
    preset: 'tiny',
    recipe: 'test',
    backend: 'cpu',
    corpus: { name: 'count', sha256: { train: 'ab' }, counts: { train: 72 }, classes: 11 },
    seed: 1,
    unit: 'word',
    parameters: 191,
    stepsPerEpoch: 6,
    totalSteps: 12,
    resumed: false,
  });
  const steps = ofType(events, 'step');
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(steps.map(({ learningRate }) => learningRate)).toEqual([
    ...Array<number>(6).fill(0.5),
    ...Array<number>(6).fill(0.25),
  ]);
  expect(ofType(events, 'evaluation').map(({ step, epoch: e }) => [step, e])).toEqual(
    [3, 3, 6, 6, 9, 9, 12, 12].map((step) => [step, step > 6 ? 1 : 0]),
  );
  const [first] = ofType(events, 'epoch');
  const losses = steps.slice(0, 6).map(({ loss }) => loss);
  const mean = losses.reduce((a, b) => a + b) / 6;
  expect(first!.trainNllPerUnit).toBeCloseTo(mean, 12);
  expect(first!.trainPerplexity).toBeCloseTo(Math.exp(mean), 10);
  expect(first!.trainPerplexityMeanOfBatches).toBeCloseTo(
    losses.map(Math.exp).reduce((a, b) => a + b) / 6,
    10,
  );
  expect(first).toMatchObject({ epoch: 0, step: 6, learningRate: 0.5 });
  expect(events.at(-1)).toMatchObject({ reason: 'finished', step: 12, epoch: 1 });
  model.dispose();
});

test('a model learns', async () => {
  const model = tinyModel();
  const schedule = { initial: 0.5, decayFactor: 1, firstDecayedEpoch: 1 };
  const epochs = ofType(await collect({ ...tinyOptions(), model, schedule, epochs: 10 }), 'epoch');
  expect(epochs[0]!.trainNllPerUnit).toBeGreaterThan(1.5);
  expect(epochs[9]!.trainNllPerUnit).toBeLessThan(0.4);
  model.dispose();
});

describe('the gradient is that of the loss summed over time and averaged over the batch', () => {
  test.each([
    ['not clipped', { maxNorm: 1e9, at: 'above' }],
    ['clipped to a norm of 0.5', { maxNorm: 0.5, at: 'above' }],
  ] as const)('%s', async (_, clip) => {
    const [batch] = [...tinyData().batches(0)];
    const reference = tinyModel();
    const state = reference.initialState(3);
    const { value, grads } = variableGrads(() => {
      const inputs = { ids: batch!.inputs, time: 4, batch: 3 };
      const { hidden, head } = reference.forward(inputs, state, {
        mode: 'batch',
        training: true,
        step: 0,
      });
      const logits = add(matMul(hidden, head.weights as never), head.bias);
      const picked = mul(
        logSoftmax(logits as never),
        oneHot(tensor1d(batch!.targets, 'int32'), 11),
      );
      return mul(sum(picked), -1 / 3);
    });
    const gradient = (path: string) => grads[reference.parameters.get(path)!.name]!.dataSync();
    const paths = [...reference.parameters.keys()];
    const norm = Math.sqrt(
      paths.flatMap((path) => [...gradient(path)]).reduce((total, g) => total + g * g, 0),
    );
    const scale = Math.min(1, clip.maxNorm / norm);

    const model = tinyModel();
    const [event] = ofType(await collect({ ...tinyOptions(), model, clip, maxSteps: 1 }), 'step');
    expect(event!.loss).toBeCloseTo(value.dataSync()[0]! / 4, 6);
    expect(event!.gradientNorm / norm).toBeCloseTo(1, 5);
    expect(event!.clipped).toBe(scale < 1);
    for (const path of paths) {
      const start = reference.parameters.get(path)!.dataSync();
      const expected = Float64Array.from(start, (w, i) => w - 0.5 * scale * gradient(path)[i]!);
      expectClose(model.parameters.get(path)!.dataSync(), expected, { label: path });
    }
    model.dispose();
    reference.dispose();
  });
});

test('running statistics follow the batches, one fold a step', async () => {
  const model = tinyModel();
  const table = model.parameters.get('embedding')!.arraySync() as number[][];
  await collect({ ...tinyOptions(), model, maxSteps: 1 });
  const [batch] = [...tinyData().batches(0)];
  const rows = [...batch!.inputs].map((id) => table[id]!);
  const decay = (model.normalizers.get('normalize')!.spec as { decay: number }).decay;
  const expected = table[0]!.map((_, f) => {
    return ((1 - decay) * rows.reduce((total, row) => total + row[f]!, 0)) / rows.length;
  });
  expectClose(model.statistics.get('normalize')!['mean']!, { shape: [1, 6], data: expected });
  model.dispose();
});

test('the step decides the dropout mask', async () => {
  const losses = async (seedOfData: string): Promise<number[]> => {
    const model = tinyModel({ dropout: 0.5 });
    const same = [...tinyData({ name: seedOfData }).batches(0)].slice(0, 1);
    const source = { batchesPerEpoch: 2, batches: () => [...same, ...same] };
    const schedule = { initial: 1e-12, decayFactor: 1, firstDecayedEpoch: 1 };
    const options = { ...tinyOptions(), model, data: { train: source }, schedule, epochs: 1 };
    const found = ofType(await collect(options), 'step').map(({ loss }) => loss);
    model.dispose();
    return found;
  };
  const [first, second] = await losses('a');
  expect(first).not.toBeCloseTo(second!, 3); // same batch, same weights, other mask
  expect(await losses('a')).toEqual([first, second]);
});

describe('a run stops at maxSteps', () => {
  const options = { ...tinyOptions(), maxSteps: 4 };
  const evaluation = { statistics: ['running'] } as const;

  test('and evaluates where it stops', async () => {
    const model = tinyModel();
    const events = await collect({ ...options, model, evaluation });
    expect(events.map(({ type }) => type).slice(-3)).toEqual(['step', 'evaluation', 'end']);
    expect(events[0]).toMatchObject({ totalSteps: 4 });
    expect(events.at(-1)).toMatchObject({ reason: 'max-steps', step: 4, epoch: 0 });
    model.dispose();
  });

  test('or does not when it is not to', async () => {
    const model = tinyModel();
    const events = await collect({
      ...options,
      model,
      evaluation: { ...evaluation, whenStopped: false },
    });
    expect(ofType(events, 'evaluation')).toEqual([]);
    model.dispose();
  });

  test('the last step of the last epoch is a finish', async () => {
    const model = tinyModel();
    const events = await collect({ ...options, model, evaluation, maxSteps: 12 });
    expect(events.at(-1)).toMatchObject({ reason: 'finished', step: 12 });
    expect(ofType(events, 'evaluation').length).toBe(2);
    model.dispose();
  });
});

test.each(testBackends())('the tensor count is constant over 200 steps on %s', async (name) => {
  await startBackend(name);
  const model = tinyModel({ dropout: 0.3 });
  const before = memory().numTensors;
  const counts = new Set<number>();
  const events = train({
    ...tinyOptions(),
    model,
    epochs: 40,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
    schedule: { initial: 0.01, decayFactor: 1, firstDecayedEpoch: 1 },
    maxSteps: 200,
  });
  for await (const event of events) if (event.type === 'step') counts.add(memory().numTensors);
  expect([...counts]).toEqual([before + 12 + 1]); // Adam's slots and the carried state
  expect(memory().numTensors).toBe(before);
  model.dispose();
  await startBackend(testBackend());
});

describe('speech', () => {
  const speech = (over: 'frame' | 'sequence') =>
    frameClassifier({
      features: 3,
      classes: 4,
      layers: [lstm({ units: 5, normalize: { inputToHidden: batchNorm({ over }) } })],
      initializer: { kind: 'uniform', range: 0.4 },
      seed: 2,
    });

  test('the loss is per real frame, steps with few rows are told once and counted', async () => {
    const model = speech('frame');
    const data = { train: tinyUtterances(), valid: tinyUtterances() };
    const evaluation = { statistics: ['running'] } as const;
    const options = { ...tinyOptions(), model, data, evaluation };
    const events = await collect(options);
    // Lengths 5, 3, 2 and then 4, 4, 1: the first batch has two time steps with one frame.
    const steps = ofType(events, 'step');
    expect(steps.map(({ units }) => units)).toEqual([10, 9, 10, 9]);
    expect(steps[0]!.loss).toBeGreaterThan(1.2);
    expect(steps[0]!.loss).toBeLessThan(1.6); // ln 4 is 1.386
    expect(steps[3]!.loss).toBeLessThan(steps[1]!.loss);
    const warnings = ofType(events, 'warning');
    expect(warnings.map(({ code, step }) => [code, step])).toEqual([
      ['few-rows', 1],
      ['few-rows-total', 4],
    ]);
    expect(warnings[0]!.message).toContain('At 2 time steps');
    expect(warnings[1]!.message).toContain('4 time steps in all');
    const [first] = ofType(events, 'evaluation');
    expect(first!.frameErrorRate).toBeGreaterThanOrEqual(0);
    expect(first!.units).toBe(19);
    model.dispose();
  });

  test('a normalizer over sequences has no such steps; nothing leaks', async () => {
    const model = speech('sequence');
    const before = memory().numTensors;
    const options = { ...tinyOptions(), model, data: { train: tinyUtterances() } };
    expect(ofType(await collect(options), 'warning')).toEqual([]);
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('options that cannot be used are refused at once', () => {
  const model = {} as TrainOptions['model'];
  const options = { ...tinyOptions(), model };
  test.each<[string, Partial<TrainOptions>]>([
    ['train: epochs is 0', { epochs: 0 }],
    ['train: maxSteps is 1.5', { maxSteps: 1.5 }],
    ['train: seed is -1', { seed: -1 }],
    ['optimizer.momentum is 1', { optimizer: { kind: 'momentum', momentum: 1 } }],
    ['optimizer.kind is "lion"', { optimizer: { kind: 'lion' } as never }],
    [
      'evaluation is set but data.valid is absent',
      {
        data: { train: tinyData() },
        evaluation: { statistics: ['batch'] },
      },
    ],
    ['evaluation.statistics is empty', { evaluation: { statistics: [] } }],
    ['resume is set but checkpoints is absent', { resume: true }],
    ['data.train has 0 batches', { data: { train: tinyData({ batches: 0 }) } }],
  ])('%s', (message, change) => {
    expect(() => train({ ...options, ...change })).toThrow(message);
  });
});

test('a source that ends early is refused', async () => {
  const model = tinyModel();
  const short = { ...tinyData({ batches: 2 }), batchesPerEpoch: 3 };
  await expect(collect({ ...tinyOptions(), model, data: { train: short } })).rejects.toThrow(
    'train: data.train ended epoch 0 after 2 batches, expected 3.',
  );
  model.dispose();
});

test('durations and speeds are those of the clock that never goes back', async () => {
  const model = tinyModel();
  let [wall, elapsed] = [5_000_000, 0];
  const clocks = { now: () => (wall -= 1000), elapsed: () => (elapsed += 20) };
  const events: RunEvent[] = [];
  for await (const event of train({ ...tinyOptions(), ...clocks, model, maxSteps: 2 })) {
    events.push(event);
  }
  model.dispose();
  const steps = events.filter((event) => event.type === 'step');
  // One step takes one tick of 20 ms: 12 tokens.
  expect(steps.map(({ unitsPerSecond }) => Math.round(unitsPerSecond))).toEqual([600, 600]);
  const end = events.at(-1);
  expect(end?.type === 'end' && end.seconds > 0 && end.seconds < 1).toBe(true);
});
