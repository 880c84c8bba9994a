import { randomStream } from '@bnrnn/core';
import { dropout, startBackend } from '@bnrnn/tensor-backend';
import { expectClose, expectNoLeak, testBackend } from '@bnrnn/test-utils';
import { concat, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerArrays, layerVariables, path } from '../../test/layerRig';
import { gru } from './gru';
import type { LayerContext } from './layer';
import { layerFromSpec } from './layerFromSpec';
import { lstm } from './lstm';
import { stack } from './stack';

const sizes = { inputs: 3, time: 6, batch: 4, seed: 2 };

describe('stack', () => {
  beforeAll(() => startBackend(testBackend()));

  it('drops units between two layers, at a place of its own, and nowhere else', () => {
    const layers = [lstm({ units: 5 }), gru({ units: 4 }), lstm({ units: 3 })] as const;
    const stacked = stack(layers, { dropout: 0.3 });
    expect(layerFromSpec(stacked.spec).spec).toEqual(stacked.spec);
    const { all, run } = layerVariables(stacked, layerArrays(stacked, sizes));
    const drop: LayerContext['dropout'] = (x, rate, place) =>
      dropout({ x, rate, key: randomStream(place, 8).key, step: 6 });
    const context = { statistics: new Map(), mode: 'batch', dropout: drop } as const;

    const state = Array.from({ length: 5 }, (_, k) => all[`state.${k}`]!);
    const states = [state.slice(0, 2), state.slice(2, 3), state.slice(3)];
    let x = all['x'] as unknown as Tensor3D;
    const after = layers.map((layer, k) => {
      const input = k === 0 ? x : drop(x, 0.3, `layer.dropout.${k}`);
      const own = { ...context, path: `${path}.${k}`, parameters: new Map(Object.entries(all)) };
      const result = layer.apply(input, states[k]!, own);
      x = result.hidden;
      return result.state;
    });

    const actual = run(context);
    expectClose(actual.hidden, x, { rtol: 0 });
    expect(actual.state.length).toBe(5);
    expectClose(concat([...actual.state], 1), concat(after.flat(), 1), { rtol: 0 });
    expectNoLeak(() => run(context));
  });

  it('is as wide as its top layer and as causal as all of them', () => {
    const stacked = stack([lstm({ units: 5 }), gru({ units: 4 })]);
    expect([stacked.units, stacked.causal, stacked.stateSize]).toEqual([4, true, 3]);
  });

  it('refuses to be empty and a share outside [0, 1)', () => {
    expect(() => stack([])).toThrow('stack: layers is empty, expected at least one.');
    expect(() => stack([lstm({ units: 5 })], { dropout: 1 })).toThrow('stack: dropout is 1');
  });
});
