import { batchNorm, layerNorm } from '@bnrnn/normalization';
import { bidirectional, gru, lstm, rnn, type Layer } from '@bnrnn/recurrent';
import { fromTensor, weightedSumOfTensors, type Array64 } from '@bnrnn/test-utils';
import { variableGrads } from '@tensorflow/tfjs-core';
import { layerArrays, layerStatistics, layerVariables } from './layerRig';

// More units than one cache line of a thread, and no multiple of four.
const [steps, batch, inputs, units] = [5, 6, 3, 37];
const frame = batchNorm({ over: 'frame', epsilon: 0.01 });
const double = batchNorm({ over: 'frame', epsilon: 0.05, epsilonRule: 'double' });
const perStep = batchNorm({ over: 'frame', epsilon: 0.01, perStep: true, maxSteps: 4 });
// The last step has one row: too few for statistics of its own.
const ragged = [5, 4, 4, 2, 2, 1];
const manyLengths = Array.from({ length: 21 }, (_, row) => 1 + (row % 5));

export interface NormalizedScan {
  name: string;
  layer: Layer;
  mode?: 'batch' | 'stored';
  lengths?: readonly number[];
  /** One step alone, at this position. */
  position?: number;
  rows?: number;
}

/** Normalizers inside the recurrence of every cell: kernels are compared on them. */
export const normalizedScans: readonly NormalizedScan[] = [
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
    name: 'h·U and the cell by layer, many units, two biases, peepholes',
    layer: lstm({
      ...{ units: 270, biases: 2, peepholes: 'all' },
      normalize: { hiddenToHidden: layerNorm({ groups: 2 }), cell: layerNorm({ groups: 3 }) },
    }),
    lengths: ragged,
  },
  {
    name: 'h·U and the cell, both directions, many rows',
    layer: bidirectional(lstm({ units, normalize: { hiddenToHidden: frame, cell: perStep } })),
    lengths: manyLengths,
    rows: manyLengths.length,
  },
  {
    name: 'the sum and the cell, both directions, many rows',
    layer: bidirectional(lstm({ units, normalize: { preActivation: double, cell: perStep } })),
    lengths: manyLengths,
    rows: manyLengths.length,
  },
  {
    name: 'h·U, stored, many rows',
    layer: gru({ units, normalize: { hiddenToHidden: perStep } }),
    mode: 'stored',
    lengths: manyLengths,
    rows: manyLengths.length,
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

/** Outputs, moments and gradients by name, as float64, on the active backend. */
export function runNormalizedScan({
  layer,
  mode = 'batch',
  lengths,
  position,
  rows = batch,
}: NormalizedScan): Map<string, Array64> {
  const time = position === undefined ? steps : 1;
  const statistics = layerStatistics(layer, 5);
  const variables = layerVariables(
    layer,
    layerArrays(layer, { inputs, time, batch: rows, seed: 5 }),
  );
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
