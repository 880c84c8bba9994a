import {
  array64,
  at,
  axis,
  centralDifferences,
  expectClose,
  oracle,
  put,
  readGolden,
  type Array64,
  type Golden,
} from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';

/** The oracle against PyTorch, so that what is held against the oracle is held against PyTorch. */

function golden(name: string): Golden {
  return readGolden(new URL(`../../${name}.json`, import.meta.url));
}

/** The loss of a golden file: each element of the outputs times its weight, summed. */
function lossOf(file: Golden): (outputs: Record<string, Array64>) => number {
  const weights = new Map(file.names('lossWeights').map((k) => [k, file.array('lossWeights', k)]));
  return (outputs) => {
    let total = 0;
    for (const [name, { data }] of Object.entries(outputs)) {
      data.forEach((value, i) => (total += value * weights.get(name)!.data[i]!));
    }
    return total;
  };
}

function transposed(a: Array64): Array64 {
  const y = array64([axis(a, 1), axis(a, 0)]);
  for (let i = 0; i < axis(a, 0); i++) {
    for (let j = 0; j < axis(a, 1); j++) put(y, at(a, i, j), j, i);
  }
  return y;
}

type Network = Record<string, Array64>;

/** Two layers, one or two directions, from PyTorch's names; `all` holds inputs and weights. */
function run(file: Golden, cell: string, all: Network): Record<string, Array64> {
  const directions = file.number('sizes', 'directions');
  const lengths = directions === 2 ? [...file.array('lengths').data] : undefined;
  const finals: Record<'finalHidden' | 'finalCell', number[]> = { finalHidden: [], finalCell: [] };
  let x = all['x']!;
  for (let layer = 0; layer < file.number('sizes', 'layers'); layer++) {
    const results = Array.from({ length: directions }, (_, direction) => {
      const suffix = `l${layer}${direction === 1 ? '_reverse' : ''}`;
      const state = (name: string) => {
        const slab = all[name]!;
        const shape = slab.shape.slice(1);
        const size = shape[0]! * shape[1]!;
        const start = (layer * directions + direction) * size;
        return array64(shape, slab.data.subarray(start, start + size));
      };
      const options = {
        x,
        weights: {
          input: transposed(all[`weight_ih_${suffix}`]!),
          bias: all[`bias_ih_${suffix}`]!,
          recurrent: transposed(all[`weight_hh_${suffix}`]!),
          recurrentBias: all[`bias_hh_${suffix}`]!,
        },
        hidden0: state('hidden0'),
        lengths,
        reverse: direction === 1,
      };
      if (cell === 'lstm') {
        const result = oracle.lstmLayer({ ...options, cell0: state('cell0') });
        finals.finalCell.push(...result.finalCell.data);
        return result;
      }
      if (cell === 'gru') return oracle.gruLayer(options);
      return oracle.rnnLayer({ ...options, activation: cell === 'rnn-relu' ? 'relu' : 'tanh' });
    });
    for (const result of results) finals.finalHidden.push(...result.finalHidden.data);
    const [there, back] = results;
    x =
      back === undefined
        ? there!.hidden
        : oracle.mergeDirections(there!.hidden, back.hidden, 'concat');
  }
  const shape = all['hidden0']!.shape;
  return {
    output: x,
    finalHidden: array64(shape, finals.finalHidden),
    ...(cell === 'lstm' ? { finalCell: array64(shape, finals.finalCell) } : {}),
  };
}

describe.each([
  ['lstm', 'lstm'],
  ['gru', 'gru'],
  ['rnn-tanh', 'rnn-tanh'],
  ['rnn-relu', 'rnn-relu'],
  ['lstm-bidirectional', 'lstm'],
  ['gru-bidirectional', 'gru'],
])('%s', (name, cell) => {
  const file = golden(`recurrent/test/golden/${name}`);
  const all = Object.fromEntries(
    ['inputs', 'weights'].flatMap((group) =>
      file.names(group).map((key) => [key, file.array(group, key)]),
    ),
  );

  test('outputs and final states are those of PyTorch', () => {
    const outputs = run(file, cell, all);
    expect(Object.keys(outputs)).toEqual(file.names('outputs'));
    for (const [key, value] of Object.entries(outputs)) {
      const label = file.label('outputs', key);
      expectClose(value, file.array('outputs', key), { rtol: 1e-13, label });
    }
    expectClose(lossOf(file)(outputs), file.number('loss'), { rtol: 1e-13 });
  });

  // Two directions have three times the weights: there, some of each kind are enough.
  const some = ['x', 'hidden0', 'weight_hh_l0_reverse', 'bias_ih_l0', 'weight_ih_l1_reverse'];
  const bidirectional = file.number('sizes', 'directions') === 2;

  test('gradients of weights and inputs are those of PyTorch', () => {
    const keys = bidirectional ? some : Object.keys(all);
    const moved = Object.fromEntries(keys.map((key) => [key, all[key]!]));
    const loss = lossOf(file);
    // The arrays that move are those in `all`.
    const gradients = centralDifferences(() => loss(run(file, cell, all)), moved);
    for (const [key, value] of Object.entries(gradients)) {
      const label = file.label('gradients', key);
      expectClose(value, file.array('gradients', key), { rtol: 1e-8, label });
    }
  });
});

describe('batch normalization', () => {
  const file = golden('normalization/test/golden/batchNorm');
  const loss = lossOf(file);
  const lengths = [...file.array('lengths').data];
  const given = {
    x: file.array('inputs', 'x'),
    gain: file.array('inputs', 'gain'),
    shift: file.array('inputs', 'shift'),
  };

  test.each([
    ['frame', 'frame', undefined],
    ['sequence', 'sequence', undefined],
    ['maskedFrame', 'frame', lengths],
    ['maskedSequence', 'sequence', lengths],
  ] as const)('%s is that of PyTorch, with its gradients', (name, over, real) => {
    const epsilon = file.number('epsilon');
    const apply = (inputs: typeof given) =>
      oracle.batchNormalize({ ...inputs, over, lengths: real, epsilon }).y;
    expectClose(apply(given), file.array('cases', name, 'y'), { rtol: 1e-13 });
    const gradients = centralDifferences((inputs) => loss({ y: apply(inputs) }), given);
    for (const [key, value] of Object.entries(gradients)) {
      const label = file.label('cases', name, 'gradients', key);
      expectClose(value, file.array('cases', name, 'gradients', key), { rtol: 1e-8, label });
    }
  });
});

test.each([1, 2, 4])('layer normalization in %i groups is that of PyTorch', (groups) => {
  const file = golden('normalization/test/golden/layerNorm');
  const loss = lossOf(file);
  const given = {
    x: file.array('inputs', 'x'),
    gain: file.array('inputs', 'gain'),
    shift: file.array('inputs', 'shift'),
  };
  const epsilon = file.number('epsilon');
  const name = `groups${groups}`;
  const apply = (inputs: typeof given) => oracle.layerNormalize({ ...inputs, groups, epsilon });
  expectClose(apply(given), file.array('cases', name, 'y'), { rtol: 1e-13 });
  const gradients = centralDifferences((inputs) => loss({ y: apply(inputs) }), given);
  for (const [key, value] of Object.entries(gradients)) {
    // Blocks of three numbers may lie close together: the difference quotient is a bit coarser.
    expectClose(value, file.array('cases', name, 'gradients', key), { rtol: 1e-7 });
  }
});

describe('optimizers', () => {
  const file = golden('training/test/golden/optimizers');
  const option = (name: string, key: string) => file.number('optimizers', name, 'options', key);
  const names = file.names('start');
  const steps = file.number('steps');
  const gradientAt = (name: string, step: number) =>
    oracle.stepOf(file.array('gradients', name), step);

  test.each(['sgd', 'momentum', 'adam'])('%s walks as in PyTorch', (optimizer) => {
    const learningRate = option(optimizer, 'lr');
    for (const name of names) {
      let variable = file.array('start', name);
      let velocity = array64(variable.shape);
      let moments = { firstMoment: velocity, secondMoment: velocity };
      for (let step = 0; step < steps; step++) {
        const common = { variable, gradient: gradientAt(name, step), learningRate };
        if (optimizer === 'sgd') variable = oracle.sgdStep(common);
        else if (optimizer === 'momentum') {
          const momentum = option(optimizer, 'momentum');
          ({ variable, velocity } = oracle.momentumStep({ ...common, velocity, momentum }));
        } else {
          const beta = (k: string) => file.number('optimizers', 'adam', 'options', 'betas', k);
          const [beta1, beta2] = [beta('0'), beta('1')];
          const epsilon = option(optimizer, 'eps');
          const options = { ...common, ...moments, beta1, beta2, epsilon, step: step + 1 };
          const next = oracle.adamStep(options);
          variable = next.variable;
          moments = next;
        }
        const path = file.array('optimizers', optimizer, 'variables', name);
        expectClose(variable, oracle.stepOf(path, step), { rtol: 1e-13 });
      }
    }
  });

  test('the global norm is that of PyTorch', () => {
    for (let step = 0; step < steps; step++) {
      const norm = oracle.globalNorm(names.map((name) => gradientAt(name, step)));
      expectClose(norm, at(file.array('globalNorms'), step), { rtol: 1e-14 });
    }
  });
});
