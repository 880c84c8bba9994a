import { batchNorm, layerNorm } from '@bnrnn/normalization';
import { gru, lstm, rnn, type Layer } from '@bnrnn/recurrent';
import {
  scanOp,
  runOp,
  startBackend,
  startKernelLog,
  type ScanAttributes,
} from '@bnrnn/tensor-backend';
import { expectClose, fromTensor, weightedSumOfTensors, type Array64 } from '@bnrnn/test-utils';
import { clone, ones, variableGrads, type Rank } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { layerArrays, layerStatistics, layerVariables } from '../../recurrent/test/layerRig';

// More units than one cache line of a thread, and no multiple of four.
const [steps, batch, inputs, units] = [5, 6, 3, 37];
const frame = batchNorm({ over: 'frame', epsilon: 0.01 });
const double = batchNorm({ over: 'frame', epsilon: 0.05, epsilonRule: 'double' });
const perStep = batchNorm({ over: 'frame', epsilon: 0.01, perStep: true, maxSteps: 4 });
const ragged = [5, 5, 4, 2, 2, 1];

interface Case {
  name: string;
  layer: Layer;
  mode?: 'batch' | 'stored';
  lengths?: readonly number[];
  /** One step alone, at this position. */
  position?: number;
}

const cases: readonly Case[] = [
  { name: 'h·U', layer: lstm({ units, normalize: { hiddenToHidden: double } }) },
  {
    name: 'the sum',
    layer: lstm({ units, normalize: { preActivation: perStep } }),
    lengths: ragged,
  },
  {
    name: 'h·U and cell, two biases, peepholes',
    layer: lstm({
      ...{ units, biases: 2, peepholes: 'all' },
      normalize: { hiddenToHidden: frame, cell: perStep },
    }),
    lengths: ragged,
  },
  {
    name: 'h·U and cell, stored',
    layer: lstm({ units, normalize: { hiddenToHidden: perStep, cell: double } }),
    mode: 'stored',
    lengths: ragged,
  },
  {
    name: 'one step at position 2, stored per step',
    layer: lstm({ units, normalize: { hiddenToHidden: perStep, cell: perStep } }),
    mode: 'stored',
    position: 2,
  },
  {
    name: 'h·U by layer, cell by frame',
    layer: lstm({ units, normalize: { hiddenToHidden: layerNorm({ groups: 4 }), cell: frame } }),
    lengths: ragged,
  },
  {
    name: 'the sum by layer, cell by layer',
    layer: lstm({ units, normalize: { preActivation: layerNorm(), cell: layerNorm() } }),
  },
  {
    name: 'an rnn’s h·U',
    layer: rnn({ units, activation: 'relu', normalize: { hiddenToHidden: frame } }),
    lengths: ragged,
  },
  {
    name: 'a gru’s h·U, two biases',
    layer: gru({ units, biases: 2, normalize: { hiddenToHidden: double } }),
    lengths: ragged,
  },
  {
    name: 'a gru’s h·U by layer',
    layer: gru({ units, normalize: { hiddenToHidden: layerNorm({ groups: 3 }) } }),
    lengths: ragged,
  },
  {
    name: 'an rnn’s sum by layer',
    layer: rnn({ units, normalize: { preActivation: layerNorm() } }),
  },
];

/** Outputs, moments and gradients by name, as float64. */
function run({ layer, mode = 'batch', lengths, position }: Case): Map<string, Array64> {
  const time = position === undefined ? steps : 1;
  const statistics = layerStatistics(layer, 5);
  const variables = layerVariables(layer, layerArrays(layer, { inputs, time, batch, seed: 5 }));
  const padded = lengths && { time, each: Int32Array.from(lengths) };
  const apply = () =>
    variables.run({ statistics, mode, lengths: padded, ...(position && { position }) });
  const results = new Map<string, Array64>();
  const { hidden, state, measured } = apply();
  results.set('hidden', fromTensor(hidden));
  state.forEach((tensor, k) => results.set(`state ${k}`, fromTensor(tensor)));
  for (const [path, { tensors, counts }] of Object.entries(measured)) {
    for (const [name, value] of Object.entries(tensors)) {
      results.set(`${path} ${name}`, fromTensor(value));
    }
    results.set(`${path} counts`, { shape: [counts.length], data: Float64Array.from(counts) });
  }
  if (position !== undefined) return results; // one step is evaluation
  const { grads } = variableGrads(() => {
    const result = apply();
    return weightedSumOfTensors(result.hidden, ...result.state);
  }, Object.values(variables.all));
  for (const [name, { name: id }] of Object.entries(variables.all)) {
    results.set(`d ${name}`, fromTensor(grads[id]!));
  }
  return results;
}

describe('normalizers inside the recurrence run on the kernel and agree with the cpu reference', () => {
  test.each(cases)('$name', async (one) => {
    await startBackend('cpu');
    const expected = run(one);
    await startBackend('simd', { threads: 2, fallback: 'forbid' });
    const log = startKernelLog();
    const actual = run(one);
    expect(log.stop()).toContainEqual(expect.objectContaining({ op: 'scan', ran: 'kernel' }));
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [label, wanted] of expected) {
      expectClose(actual.get(label)!, wanted, { rtol: 5e-5, label });
    }
  });

  test('a call that the kernel does not serve is refused by its attributes, or runs the fallback', async () => {
    const inputs = {
      projected: ones<Rank.R3>([steps, batch, 4]),
      recurrent: ones<Rank.R2>([1, 4]),
      hidden0: ones<Rank.R2>([batch, 1]),
      hiddenToHiddenGain: ones<Rank.R1>([4]),
    };
    const attributes: ScanAttributes = {
      cell: 'lstm',
      activation: 'tanh',
      normalize: { hiddenToHidden: { kind: 'batch', over: 'sequence' } },
      mode: 'batch',
      reverse: false,
      firstStep: 0,
      lengths: undefined,
    };
    const hidden = ones<Rank.R3>([1, 1, 2]);
    const rest = ones<Rank.R2>([0, 0]);
    const call = () =>
      runOp(scanOp, inputs, attributes, () => {
        return {
          hidden: clone(hidden),
          finalHidden: rest,
          finalCell: rest,
          mean: rest,
          variance: rest,
        };
      });
    await startBackend('simd', { threads: 2, fallback: 'forbid' });
    expect(call).toThrow(
      /the kernel of the backend "simd" does not serve \{"cell":"lstm","activation":"tanh","normalize"/,
    );
    await startBackend('simd', { threads: 2 });
    expectClose(call().hidden, Float32Array.of(1, 1));
  });
});
