import { batchNorm } from '@bnrnn/normalization';
import {
  bidirectional,
  frameClassifier,
  lstm,
  type BidirectionalSpec,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  type Array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  fromTensor,
  oracle,
  testBackend,
  testBackends,
  toTensor2D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import { variableGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { oracleBidirectional } from './oracleLayer';

const [time, batch, features, units, classes] = [7, 4, 3, 5, 6];
const normalize = { inputToHidden: batchNorm({ over: 'sequence', epsilon: 0.02 }) };
const lengths = [7, 5, 4, 2];
const x = filled([time, batch, features], 8);
const options = { mode: 'batch', training: true, step: 3 } as const;

function newModel(): SequenceModel {
  const layer = bidirectional(lstm({ units, normalize }));
  return frameClassifier({
    features,
    layers: [layer, layer],
    classes,
    initializer: { kind: 'glorot' },
    seed: 6,
  });
}

/** x with NaN where padded. */
function spoiled(): Array64 {
  const frames = array64(x.shape, x.data);
  for (let row = 0; row < time * batch; row++) {
    const padded = oracle.isPadded(lengths, Math.floor(row / batch), row % batch);
    if (padded) frames.data.fill(NaN, row * features, (row + 1) * features);
  }
  return frames;
}

describe.each(testBackends())('a frame classifier on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it('a training step against the oracle, whatever stands in the padding', () => {
    const model = newModel();
    const arrays = Object.fromEntries(
      [...model.parameters].map(([path, variable]) => [path, fromTensor(variable)]),
    );
    const zeros = Array.from({ length: 4 }, () => array64([batch, units]));
    const expected = (weights: Record<string, Array64>): Array64 => {
      const { layers } = model.spec as unknown as { layers: BidirectionalSpec[] };
      let hidden = x;
      layers.forEach((spec, k) => {
        const at = {
          path: `layers.${k}`,
          state: zeros,
          lengths,
          mode: 'batch',
          statistics: {},
        } as const;
        hidden = oracleBidirectional(spec, { ...weights, x: hidden }, at).hidden;
      });
      return array64([time * batch, 2 * units], hidden.data);
    };

    const inputs = { features: toTensor3D(spoiled()), lengths };
    const state = model.initialState(batch);
    const forward = () => model.forward(inputs, state, options);
    expectClose(forward().hidden, expected(arrays));
    expect([...forward().measured.keys()]).toEqual([
      'layers.0.forward.inputToHidden',
      'layers.0.backward.inputToHidden',
      'layers.1.forward.inputToHidden',
      'layers.1.backward.inputToHidden',
    ]);
    expectNoLeak(() => {
      const { hidden, state: next, measured } = forward();
      return { hidden, next, measured };
    });

    const below = [...model.parameters].filter(([path]) => path.startsWith('layers'));
    const { grads } = variableGrads(
      () => weightedSumOfTensors(forward().hidden),
      below.map(([, variable]) => variable),
    );
    const numeric = centralDifferences((moved) => weightedSum(expected(moved)), arrays);
    for (const [path, { name }] of below) {
      expectClose(grads[name]!, numeric[path]!, { rtol: 1e-4, label: `d ${path}` });
    }
    model.dispose();
  });

  it('apply gives logits, the bias alone where padded', () => {
    const model = newModel();
    const inputs = { features: toTensor3D(spoiled()), lengths };
    const { hidden, head } = model.forward(inputs, model.initialState(batch), {
      ...options,
      mode: 'stored',
    });
    const expected = oracle.project(
      array64([time, batch, 2 * units], hidden.dataSync()),
      fromTensor(head.weights),
      fromTensor(head.bias),
    );
    expectClose(model.apply(inputs).logits, expected);
    expectNoLeak(() => model.apply(inputs));
    model.dispose();
  });
});

describe('a frame classifier', () => {
  beforeAll(() => startBackend(testBackend()));

  it('starts at Glorot weights and zero biases', () => {
    const layer = bidirectional(lstm({ units }));
    const initializer = { kind: 'glorot' } as const;
    const model = frameClassifier({ features, layers: [layer], classes, initializer, seed: 6 });
    expect(new Set(model.parameters.get('layers.0.backward.bias')!.dataSync())).toEqual(
      new Set([0]),
    );
    expect(new Set(model.parameters.get('softmax.bias')!.dataSync())).toEqual(new Set([0]));
    expect(model.parameters.get('layers.0.forward.input')!.dataSync()).not.toEqual(
      model.parameters.get('layers.0.backward.input')!.dataSync(),
    );
  });

  it('refuses lengths beyond the steps, other inputs, and steps', () => {
    const model = newModel();
    const inputs = { features: toTensor3D(x), lengths: [7, 9, 4, 2] };
    const state = model.initialState(batch);
    expect(() => model.forward(inputs, state, options)).toThrow(
      'frameClassifier.forward: lengths[1] is 9, expected a whole number of real steps, 0 to 7.',
    );
    const wide = { features: toTensor3D(filled([time, batch, 4], 1)), lengths };
    expect(() => model.forward(wide, state, options)).toThrow(
      'frameClassifier.forward: features is [7, 4, 4], expected [time, batch, features=3].',
    );
    const ids = { ids: new Int32Array(time * batch), time, batch };
    expect(() => model.apply(ids)).toThrow('frameClassifier.apply: ids came, expected features');
    expect(() => model.step(toTensor2D(filled([batch, features], 1)), state)).toThrow(
      'frameClassifier.step: layers.0 is bidirectional, expected layers that need no later steps.',
    );
  });

  it('steps where its layers see no later frames', () => {
    const layers = [lstm({ units })];
    const initializer = { kind: 'uniform', range: 0.5 } as const;
    const model = frameClassifier({ features, layers, classes, initializer, seed: 2 });
    const whole = { features: toTensor3D(x), lengths: [7, 7, 7, 7] };
    const { logits } = model.apply(whole);
    let state = model.initialState(batch);
    for (let t = 0; t < time; t++) {
      const next = model.step(toTensor2D(oracle.stepOf(x, t)), state);
      expectClose(next.logits, oracle.stepOf(fromTensor(logits), t), { label: `step ${t}` });
      state = next.state;
    }
  });
});
