import { layerNorm } from '@bnrnn/normalization';
import { gru, lstm, rnn, type Layer } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, fromTensor, weightedSumOfTensors, type Array64 } from '@bnrnn/test-utils';
import { variableGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { layerArrays, layerVariables } from '../../recurrent/test/layerRig';

// So many steps, rows and units (no multiple of eight) that the recurrent weights are copied into panels.
const [time, batch, inputs, units] = [9, 64, 2, 190];
const lengths = Array.from({ length: batch }, (_, row) => time - (row % 4));

const cases: { name: string; layer: Layer }[] = [
  { name: 'lstm', layer: lstm({ units }) },
  { name: 'gru', layer: gru({ units }) },
  { name: 'rnn', layer: rnn({ units }) },
  {
    name: 'lstm with a normalizer inside the recurrence',
    layer: lstm({ units, normalize: { hiddenToHidden: layerNorm() } }),
  },
];

/** Outputs and gradients by name, as float64. Weights are made small: the gates of wide layers saturate. */
function run(layer: Layer): Map<string, Array64> {
  const arrays = layerArrays(layer, { inputs, time, batch, seed: 3 });
  for (const name of ['layer.recurrent', 'layer.kernel']) {
    const array = arrays[name];
    if (array) arrays[name] = { ...array, data: array.data.map((value) => value / 8) };
  }
  const { all, run: apply } = layerVariables(layer, arrays);
  const padded = { time, each: Int32Array.from(lengths) };
  const results = new Map<string, Array64>();
  const { grads } = variableGrads(() => {
    const { hidden, state } = apply({ statistics: new Map(), mode: 'batch', lengths: padded });
    results.set('hidden', fromTensor(hidden));
    return weightedSumOfTensors(hidden, ...state);
  }, Object.values(all));
  for (const [name, { name: id }] of Object.entries(all)) {
    results.set(`d ${name}`, fromTensor(grads[id]!));
  }
  return results;
}

describe('wide scans of many steps agree with the cpu reference', () => {
  test.each(cases)('$name', async ({ layer }) => {
    await startBackend('cpu');
    const expected = run(layer);
    await startBackend('simd', { threads: 2, fallback: 'forbid' });
    const actual = run(layer);
    for (const [label, wanted] of expected) {
      expectClose(actual.get(label)!, wanted, { rtol: 2e-5, label });
    }
  });
});
