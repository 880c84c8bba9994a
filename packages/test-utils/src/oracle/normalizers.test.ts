import { expect, test } from 'vitest';

import { array64, map64, put, reshape64 } from '../array64';
import { expectClose } from '../expectClose';
import { filled } from '../filled';
import { stepOf } from './arithmetic';
import { batchNormalize } from './batchNormalize';
import { cooijmansLstm } from './cooijmansLstm';
import { layerNormalize } from './layerNormalize';
import { lstmLayer, rnnLayer } from './layers';
import { batchStep, layerStep, type StepMoments } from './stepNormalizer';

const epsilon = 1e-5;

test('batch normalization of four numbers, computed by hand', () => {
  const x = array64([2, 2, 1], [1, 3, 10, 40]);
  const options = { x, gain: array64([1], [2]), shift: array64([1], [0.5]), epsilon: 0 };
  const frame = batchNormalize({ ...options, over: 'frame' });
  expectClose(frame.y, array64([2, 2, 1], [-1.5, 2.5, -1.5, 2.5]), { rtol: 1e-15 });
  expectClose(frame.mean, array64([2, 1], [2, 25]), { rtol: 0 });
  expectClose(frame.variance, array64([2, 1], [1, 225]), { rtol: 0 });
  const sequence = batchNormalize({ ...options, over: 'sequence' });
  expectClose(sequence.mean, array64([1, 1], [13.5]), { rtol: 0 });
  // squares of -12.5, -10.5, -3.5, 26.5: 156.25 + 110.25 + 12.25 + 702.25 = 981
  expectClose(sequence.variance, array64([1, 1], [245.25]), { rtol: 0 });
  const y = [-12.5, -10.5, -3.5, 26.5].map((d) => (2 * d) / Math.sqrt(245.25) + 0.5);
  expectClose(sequence.y, array64([2, 2, 1], y), { rtol: 1e-15 });
});

test('the two epsilon rules, computed by hand', () => {
  const x = array64([1, 2, 1], [-1, 1]);
  const options = { x, gain: array64([1], [1]), over: 'frame', epsilon: 3 } as const;
  expectClose(batchNormalize(options).y, array64([1, 2, 1], [-1 / 2, 1 / 2]), { rtol: 1e-15 });
  const double = batchNormalize({ ...options, epsilonRule: 'double' });
  expectClose(double.y, array64([1, 2, 1], [-1 / 5, 1 / 5]), { rtol: 1e-15 });
});

test('one time step makes frame and sequence equal', () => {
  const options = { x: filled([1, 6, 4], 1), gain: filled([4], 2), shift: filled([4], 3), epsilon };
  const frame = batchNormalize({ ...options, over: 'frame' });
  const sequence = batchNormalize({ ...options, over: 'sequence' });
  expectClose(frame.y, sequence.y, { rtol: 1e-15 });
  expectClose(frame.variance, sequence.variance, { rtol: 1e-15 });
});

test('padding counts in no statistic; a step of one real row uses what is stored', () => {
  const x = array64([2, 2, 1], [1, 3, 10, 1e6]);
  const lengths = [2, 1];
  const gain = array64([1], [1]);
  const stored = { mean: array64([2, 1], [99, 6]), variance: array64([2, 1], [99, 4]) };
  const result = batchNormalize({ x, gain, lengths, over: 'frame', epsilon: 0, stored });
  expectClose(result.y, array64([2, 2, 1], [-1, 1, 2, 0]), { rtol: 0 });
  expectClose(result.rows, [2, 1], { rtol: 0 });
  expect(() => batchNormalize({ x, gain, lengths, over: 'frame', epsilon: 0 })).toThrow(
    /one real row/,
  );
  const sequence = batchNormalize({ x, gain, lengths, over: 'sequence', epsilon: 0 });
  expectClose(sequence.mean, array64([1, 1], [14 / 3]), { rtol: 1e-15 });
});

test('layer normalization in two groups, computed by hand', () => {
  const y = layerNormalize({
    x: array64([1, 4], [1, 3, 10, 40]),
    gain: array64([4], [1, 2, 3, 4]),
    shift: array64([4], [0, 0, 0, 0.5]),
    groups: 2,
    epsilon: 0,
  });
  expectClose(y, array64([1, 4], [-1, 2, -3, 4.5]), { rtol: 1e-15 });
});

test('a step normalizer over all steps is the frame-wise normalization', () => {
  const x = filled([5, 4, 3], 1);
  const lengths = [5, 4, 3, 2];
  const stored = { mean: filled([2, 3], 4), variance: filled([2, 3], 5, 0.5, 2) };
  const rest = { gain: filled([3], 2), shift: filled([3], 3), epsilon };
  const told: StepMoments[] = [];
  const step = batchStep({ ...rest, stored, onMoments: (moments) => told.push(moments) });
  // The last of two stored rows serves steps 1 to 4.
  const repeat = (table: typeof x) =>
    array64(
      [5, 3],
      [0, 1, 1, 1, 1].flatMap((s) => [...stepOf(table, s).data]),
    );
  const whole = batchNormalize({
    ...rest,
    x,
    lengths,
    over: 'frame',
    stored: { mean: repeat(stored.mean), variance: repeat(stored.variance) },
  });
  for (let t = 0; t < 5; t++) {
    const y = step(stepOf(x, t), t, lengths);
    expectClose(y, stepOf(whole.y, t), { rtol: 1e-14 });
  }
  expect(told.map(({ rows }) => rows)).toEqual([4, 4, 3, 2, 1]);
  expectClose(told[2]!.variance, stepOf(whole.variance, 2), { rtol: 1e-14 });
});

test("the placements give Cooijmans' equations", () => {
  const [T, B, I, H] = [7, 6, 4, 5];
  const x = filled([T, B, I], 1);
  const weights = {
    input: filled([I, 4 * H], 2),
    recurrent: filled([H, 4 * H], 3),
    bias: filled([4 * H], 4),
  };
  const gains = {
    inputGain: filled([4 * H], 5, 0.05, 0.2),
    recurrentGain: filled([4 * H], 6, 0.05, 0.2),
    cellGain: filled([H], 7, 0.05, 0.2),
    cellShift: filled([H], 8),
  };
  const state = { hidden0: filled([B, H], 9), cell0: filled([B, H], 10) };
  const direct = cooijmansLstm({ x, ...weights, ...gains, ...state, epsilon });
  const placed = lstmLayer({
    x,
    weights,
    ...state,
    normalize: {
      inputToHidden: (z) =>
        batchNormalize({ x: z, gain: gains.inputGain, over: 'frame', epsilon }).y,
      hiddenToHidden: batchStep({ gain: gains.recurrentGain, epsilon }),
      cell: batchStep({ gain: gains.cellGain, shift: gains.cellShift, epsilon }),
    },
  });
  expectClose(placed.hidden, direct.hidden, { rtol: 1e-13 });
  expectClose(placed.finalCell, direct.finalCell, { rtol: 1e-13 });
});

test('scaling the input weights changes nothing behind a normalizer without epsilon', () => {
  const x = filled([7, 6, 4], 1);
  const run = (scale: number) =>
    rnnLayer({
      x,
      // Not zero: the layer normalization of a constant h·U would be 0 / 0.
      hidden0: filled([6, 5], 6),
      weights: { input: map64(filled([4, 5], 2), (w) => scale * w), recurrent: filled([5, 5], 3) },
      activation: 'tanh',
      normalize: {
        inputToHidden: (z) =>
          batchNormalize({ x: z, gain: filled([5], 4), over: 'sequence', epsilon: 0 }).y,
        hiddenToHidden: layerStep({ gain: filled([5], 5), groups: 1, epsilon: 0 }),
      },
    }).hidden;
  expect(run(1).data.every(Number.isFinite)).toBe(true);
  expectClose(run(100), run(1), { rtol: 1e-12 });
});

test('the sum placement standardizes the sum, and the bias comes after it', () => {
  const x = array64([1, 2, 1], [1, 2]);
  const hidden0 = array64([2, 1], [3, 5]);
  const { hidden } = rnnLayer({
    x,
    hidden0,
    weights: {
      input: array64([1, 1], [2]),
      recurrent: array64([1, 1], [0.5]),
      recurrentBias: array64([1], [0.125]),
    },
    activation: 'tanh',
    normalize: { preActivation: batchStep({ gain: array64([1], [0.25]), epsilon: 0 }) },
  });
  // The sums are 3.5 and 6.5: standardized -1 and 1.
  expectClose(hidden, array64([1, 2, 1], [Math.tanh(-0.125), Math.tanh(0.375)]), { rtol: 1e-15 });
});

test('reshaping keeps the order of the elements', () => {
  const x = array64([2, 3], [1, 2, 3, 4, 5, 6]);
  const y = reshape64(x, [3, 2]);
  put(y, 9, 0, 0);
  expectClose(y, array64([3, 2], [9, 2, 3, 4, 5, 6]), { rtol: 0 });
  expectClose(x, array64([2, 3], [1, 2, 3, 4, 5, 6]), { rtol: 0 });
});
