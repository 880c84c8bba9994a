import { globalNorm, startBackend } from '@bnrnn/tensor-backend';
import {
  expectClose,
  expectNoLeak,
  readGolden,
  testBackend,
  testBackends,
  toTensor,
  type Array64,
} from '@bnrnn/test-utils';
import { makeOptimizer, train, type OptimizerSpec } from '@bnrnn/training';
import { dispose, memory, mul, variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

type Forgotten = ReturnType<typeof makeOptimizer>['forgotten'];

const golden = readGolden(new URL('./golden/optimizers.json', import.meta.url));
const steps = golden.number('steps');
const names = ['matrix', 'vector'];

const rules: { name: string; spec: OptimizerSpec; slots: string[] }[] = [
  { name: 'sgd', spec: { kind: 'sgd' }, slots: [] },
  {
    name: 'momentum',
    spec: { kind: 'momentum', momentum: 0.9 },
    slots: ['velocity/matrix', 'velocity/vector'],
  },
  {
    name: 'adam',
    spec: { kind: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-7 },
    slots: ['matrix', 'vector', 'matrix', 'vector'].map(
      (name, i) => `${i < 2 ? 'first' : 'second'} moment/${name}`,
    ),
  },
];

/** Step `step` of an array whose first axis is the steps. */
function at({ shape, data }: Array64, step: number): Array64 {
  const size = data.length / steps;
  return { shape: shape.slice(1), data: data.slice(step * size, (step + 1) * size) };
}

describe.each(testBackends())('PyTorch on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it.each(rules)('$name takes its trajectory', ({ name, spec, slots }) => {
    const before = memory().numTensors;
    const parameters = new Map(
      names.map((each) => {
        const start = toTensor(golden.array('start', each));
        const made = variable(start);
        start.dispose();
        return [each, made] as const;
      }),
    );
    const optimizer = makeOptimizer(spec, parameters);
    expect([...optimizer.slots.keys()]).toEqual(slots);
    const learningRate = golden.number('optimizers', name, 'options', 'lr');
    for (let step = 0; step < steps; step++) {
      const gradients = names.map((each) => toTensor(at(golden.array('gradients', each), step)));
      const norm = globalNorm(gradients);
      expectClose(norm, golden.array('globalNorms').data[step]!, { label: 'globalNorms' });
      // Four times the gradient, scaled by a quarter: what clipping does.
      const large = gradients.map((gradient) => mul(gradient, 4));
      optimizer.apply({
        variables: [...parameters.values()],
        gradients: large,
        learningRate,
        scale: 0.25,
        step: step + 1,
      });
      dispose([norm, ...gradients, ...large]);
      for (const each of names) {
        expectClose(
          parameters.get(each)!,
          at(golden.array('optimizers', name, 'variables', each), step),
          { label: `${golden.label('optimizers', name, 'variables', each)}, step ${step}` },
        );
      }
    }
    optimizer.dispose();
    for (const parameter of parameters.values()) parameter.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it.each(rules)('$name takes a forgotten parameter as new, and the others go on', ({ spec }) => {
    const run = (forgets: boolean, resumes: boolean) => {
      const parameters = new Map(
        names.map((each) => {
          const start = toTensor(golden.array('start', each));
          const made = variable(start);
          start.dispose();
          return [each, made] as const;
        }),
      );
      const optimizer = makeOptimizer(spec, parameters);
      const apply = (step: number, number: number): void => {
        const gradients = names.map((each) => toTensor(at(golden.array('gradients', each), step)));
        const variables = [...parameters.values()];
        optimizer.apply({ variables, gradients, learningRate: 0.01, scale: 1, step: number });
        dispose(gradients);
      };
      for (let step = 0; forgets && step < 2; step++) apply(step, step + 1);
      const matrix = toTensor(golden.array('start', 'matrix'));
      parameters.get('matrix')!.assign(matrix);
      matrix.dispose();
      if (forgets) optimizer.forget(['matrix'], 2);
      if (resumes) optimizer.recall(JSON.parse(JSON.stringify(optimizer.forgotten)) as Forgotten);
      for (let step = 2; step < steps; step++) apply(step, forgets ? step + 1 : step - 1);
      const values = names.map((each) => parameters.get(each)!.dataSync<'float32'>());
      optimizer.dispose();
      for (const parameter of parameters.values()) parameter.dispose();
      return values;
    };
    const before = memory().numTensors;
    const [matrix, vector] = run(true, true);
    const [fresh] = run(false, false);
    expect(matrix).toEqual(fresh);
    expect(run(true, false)).toEqual([matrix, vector]);
    expect(memory().numTensors).toBe(before);
  });

  it.each(rules)('$name keeps nothing but its slots', ({ spec }) => {
    const start = toTensor(golden.array('start', 'matrix'));
    const parameter = variable(start);
    expectNoLeak(() => [...makeOptimizer(spec, new Map([['matrix', parameter]])).slots.values()]);
    dispose([start, parameter]);
  });
});

it("a run's first step is Adam's first: every parameter moves by the learning rate", async () => {
  await startBackend(testBackend());
  const model = tinyModel();
  const weights = [...model.parameters.values()];
  const read = (): Float32Array[] => weights.map((each) => each.dataSync<'float32'>().slice());
  const before = read();
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-12 } as const;
  const options = tinyOptions();
  const schedule = { ...options.schedule, initial: 0.03 };
  const clip = { maxNorm: 1e6, at: 'above' } as const;
  const events = train({ ...options, schedule, clip, model, optimizer, maxSteps: 1 });
  for await (const event of events) expect(event.type).toMatch(/^(start|step|end)$/);
  const after = read();
  // m̂ = g and v̂ = g² after one step: the update is ±rate. Counted from 2, it would be 0.74 of it.
  const moved = after.flatMap((now, k) => [...now].map((value, i) => value - before[k]![i]!));
  const changed = moved.filter((change) => change !== 0);
  expect(changed.length).toBeGreaterThan(moved.length / 2);
  for (const change of changed) expect(Math.abs(change)).toBeCloseTo(0.03, 4);
  model.dispose();
});
