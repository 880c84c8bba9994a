import { batchNorm, layerNorm } from '@bnrnn/normalization';
import { bidirectional, gru, lstm, rnn, type Layer } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  centralDifferences,
  expectClose,
  expectNoLeak,
  testBackends,
  weightedSum,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import { variableGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import {
  layerArrays,
  layerStatistics,
  layerVariables,
  path,
  statisticsArrays,
  type Arrays,
} from './layerRig';
import { oracleBidirectional, oracleLayer, type OracleResult } from './oracleLayer';

const [time, batch, inputs, units] = [7, 5, 3, 5];
const frame = batchNorm({ over: 'frame', epsilon: 0.01 });
const double = batchNorm({ over: 'frame', epsilon: 0.05, epsilonRule: 'double' });
const sequence = batchNorm({ over: 'sequence', epsilon: 0.01 });
const perStep = batchNorm({ over: 'frame', epsilon: 0.01, perStep: true, maxSteps: 4 });
const ragged = [7, 6, 4, 3, 1];
// At least two real rows at every step, so that every step has moments of its own.
const pairs = [7, 7, 4, 3, 3];

interface Case {
  readonly name: string;
  readonly layer: Layer;
  readonly lengths?: readonly number[];
  readonly mode?: 'batch' | 'stored';
}

const cases: readonly Case[] = [
  { name: 'rnn, tanh, two biases', layer: rnn({ units, biases: 2 }), lengths: ragged },
  { name: 'rnn, relu', layer: rnn({ units, activation: 'relu' }) },
  {
    name: 'rnn, sum normalized',
    layer: rnn({ units, normalize: { preActivation: frame } }),
    lengths: pairs,
  },
  { name: 'gru, one bias', layer: gru({ units }), lengths: ragged },
  { name: 'gru, two biases', layer: gru({ units, biases: 2 }) },
  { name: 'gru, W·x normalized', layer: gru({ units, normalize: { inputToHidden: double } }) },
  { name: 'lstm, one bias', layer: lstm({ units }), lengths: ragged },
  {
    name: 'lstm, two biases, all peepholes',
    layer: lstm({ units, biases: 2, peepholes: 'all' }),
    lengths: ragged,
  },
  { name: 'lstm, output peephole', layer: lstm({ units, peepholes: 'output' }) },
  {
    name: 'lstm, W·x normalized by frame',
    layer: lstm({ units, normalize: { inputToHidden: double } }),
  },
  {
    name: 'lstm, W·x normalized by sequence',
    layer: lstm({ units, normalize: { inputToHidden: sequence } }),
    lengths: ragged,
  },
  {
    name: 'lstm, W·x normalized, stored per step',
    layer: lstm({ units, normalize: { inputToHidden: perStep } }),
    lengths: ragged,
    mode: 'stored',
  },
  {
    name: 'lstm, h normalized by frame on its way up',
    layer: lstm({ units, normalize: { hiddenToOutput: double } }),
    lengths: pairs,
  },
  {
    name: 'lstm, W·x and h on its way up normalized, stored per step',
    layer: lstm({ units, normalize: { inputToHidden: perStep, hiddenToOutput: perStep } }),
    lengths: ragged,
    mode: 'stored',
  },
  {
    name: 'gru, h layer-normalized on its way up',
    layer: gru({ units, normalize: { hiddenToOutput: layerNorm({ epsilon: 0.01 }) } }),
    lengths: ragged,
  },
  {
    name: 'rnn, both directions, h normalized by sequence on its way up',
    layer: bidirectional(rnn({ units, normalize: { hiddenToOutput: sequence } })),
    lengths: ragged,
  },
  {
    name: 'lstm, h·U normalized, two biases',
    layer: lstm({ units, biases: 2, normalize: { hiddenToHidden: double } }),
  },
  {
    name: 'lstm, sum normalized, peepholes',
    layer: lstm({ units, peepholes: 'all', normalize: { preActivation: perStep } }),
    lengths: ragged,
  },
  {
    name: 'lstm, W·x, h·U and cell normalized',
    layer: lstm({
      units,
      normalize: { inputToHidden: frame, hiddenToHidden: perStep, cell: frame },
    }),
    lengths: pairs,
  },
  {
    name: 'lstm, W·x, h·U and cell normalized, stored',
    layer: lstm({
      units,
      normalize: { inputToHidden: frame, hiddenToHidden: perStep, cell: perStep },
    }),
    lengths: ragged,
    mode: 'stored',
  },
  {
    name: 'lstm, layer normalization of W·x and h·U',
    layer: lstm({
      units,
      normalize: {
        inputToHidden: layerNorm({ groups: 4 }),
        hiddenToHidden: layerNorm({ groups: 4 }),
        cell: layerNorm({ groups: 1 }),
      },
    }),
    lengths: ragged,
  },
  {
    name: 'bidirectional lstm, concat, sequence-wise',
    layer: bidirectional(lstm({ units, normalize: { inputToHidden: sequence } })),
    lengths: ragged,
  },
  {
    name: 'bidirectional gru, sum',
    layer: bidirectional(gru({ units, biases: 2 }), { merge: 'sum' }),
    lengths: ragged,
  },
  {
    name: 'bidirectional lstm, h·U normalized',
    layer: bidirectional(lstm({ units, normalize: { hiddenToHidden: frame } })),
    lengths: pairs,
  },
];

function oracleOf(
  { layer, lengths, mode = 'batch' }: Case,
  statistics: ReturnType<typeof statisticsArrays>,
) {
  const spec = layer.spec;
  return (arrays: Arrays): OracleResult => {
    const state = Array.from({ length: layer.stateSize }, (_, k) => arrays[`state.${k}`]!);
    const options = { path, state, mode, statistics, lengths };
    return spec.kind === 'bidirectional'
      ? oracleBidirectional(spec, arrays, options)
      : oracleLayer(spec, arrays, options);
  };
}

/** Differences of the oracle, once for all backends. */
function numericGradients(
  one: Case,
  expected: (arrays: Arrays) => OracleResult,
  arrays: Arrays,
): Arrays {
  const known = differences.get(one);
  if (known !== undefined) return known;
  const lossOf = ({ hidden, state }: OracleResult): number => weightedSum(hidden, ...state);
  const gradients = centralDifferences((moved) => lossOf(expected(moved)), arrays);
  differences.set(one, gradients);
  return gradients;
}

const differences = new Map<Case, Arrays>();

describe.each(testBackends())('layers against the oracle on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each(cases)('$name: outputs and gradients', (one) => {
    const { layer, lengths, mode = 'batch' } = one;
    const arrays = layerArrays(layer, { inputs, time, batch, seed: 11 });
    const statistics = layerStatistics(layer, 11);
    const expected = oracleOf(one, statisticsArrays(statistics));
    const variables = layerVariables(layer, arrays);
    const padded = lengths && { time, each: Int32Array.from(lengths) };
    const run = () => variables.run({ statistics, mode, lengths: padded });

    const { hidden, state } = run();
    const wanted = expected(arrays);
    expectClose(hidden, wanted.hidden, { label: 'hidden' });
    state.forEach((tensor, k) => expectClose(tensor, wanted.state[k]!, { label: `state ${k}` }));
    expectNoLeak(run);

    const numeric = numericGradients(one, expected, arrays);
    const { grads } = variableGrads(() => {
      const result = run();
      return weightedSumOfTensors(result.hidden, ...result.state);
    }, Object.values(variables.all));
    for (const [name, variable] of Object.entries(variables.all)) {
      expectClose(grads[variable.name]!, numeric[name]!, { rtol: 1e-4, label: `d ${name}` });
    }
  });
});
