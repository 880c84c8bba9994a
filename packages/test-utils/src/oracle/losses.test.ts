import { expect, test } from 'vitest';

import { array64 } from '../array64';
import { centralDifferences } from '../centralDifferences';
import { expectClose } from '../expectClose';
import { filled, filledIds } from '../filled';
import { projectedCrossEntropy, softmaxCrossEntropy } from './crossEntropy';
import { dropout } from './dropout';
import { embedding } from './embedding';
import { languageModel } from './languageModel';
import { lstmLayer } from './layers';
import { mergeDirections } from './mergeDirections';
import { adamStep, globalNorm, momentumStep, sgdStep } from './optimizerSteps';

test('cross entropy of chosen probabilities', () => {
  const logits = array64([2, 3], [Math.log(0.2), Math.log(0.3), Math.log(0.5), 1000, 1000, 1000]);
  const given = { logits, labels: [1, 2] };
  expectClose(softmaxCrossEntropy(given), [-Math.log(0.3), Math.log(3)], { rtol: 1e-13 });
  // Two sequences of one step; one of two steps.
  const padded = (lengths: number[]) => softmaxCrossEntropy({ ...given, lengths });
  expectClose(padded([0, 1]), [0, Math.log(3)], { rtol: 1e-13 });
  expectClose(padded([1]), [-Math.log(0.3), 0], { rtol: 1e-13 });
});

test('the projected form adds the bias to the product', () => {
  const hidden = array64([1, 2], [1, 2]);
  const weights = array64([2, 2], [0.5, -1, 0.25, 3]);
  // logits 1 + 0.1 and 5 - 0.2: the first loses by 3.7
  const nats = projectedCrossEntropy({
    hidden,
    weights,
    bias: array64([2], [0.1, -0.2]),
    labels: [0],
  });
  expectClose(nats, [Math.log1p(Math.exp(3.7))], { rtol: 1e-14 });
});

test('embedding and dropout pick and mask', () => {
  const table = array64([3, 2], [1, 2, 3, 4, 5, 6]);
  const rows = embedding({ table, ids: [2, 0, 2] });
  expectClose(rows, array64([3, 2], [5, 6, 1, 2, 5, 6]), { rtol: 0 });
  expectClose(dropout({ x: rows, mask: [2, 0, 2, 2, 0, 2] }).data, [10, 0, 2, 4, 0, 12], {
    rtol: 0,
  });
});

test('directions are joined side by side or summed', () => {
  const [there, back] = [array64([1, 2, 2], [1, 2, 3, 4]), array64([1, 2, 2], [10, 20, 30, 40])];
  const joined = array64([1, 2, 4], [1, 2, 10, 20, 3, 4, 30, 40]);
  expectClose(mergeDirections(there, back, 'concat'), joined, { rtol: 0 });
  expectClose(mergeDirections(there, back, 'sum'), array64([1, 2, 2], [11, 22, 33, 44]), {
    rtol: 0,
  });
});

test('optimizer steps, computed by hand', () => {
  const one = { variable: array64([1], [1]), gradient: array64([1], [4]), learningRate: 0.1 };
  expectClose(sgdStep({ ...one, scale: 0.5 }).data, [0.8], { rtol: 1e-15 });
  const moved = momentumStep({ ...one, velocity: array64([1], [0.5]), momentum: 0.9, scale: 0.5 });
  expectClose(moved.velocity, [0.25], { rtol: 1e-15 });
  expectClose(moved.variable, [1.25], { rtol: 1e-15 });
  // Adam's first step moves by the learning rate whatever the gradient; its second by 0.1 · m̂ / √n̂.
  const moments = { firstMoment: array64([1]), secondMoment: array64([1]) };
  const adam = { ...one, beta1: 0.9, beta2: 0.99, epsilon: 0 };
  const first = adamStep({ ...adam, ...moments, step: 1 });
  expectClose(first.variable, [0.9], { rtol: 1e-14 });
  const second = adamStep({ ...adam, ...first, gradient: array64([1], [-2]), step: 2 });
  const [m, n] = [(0.9 * 0.4 - 0.2) / 0.19, (0.99 * 0.16 + 0.04) / 0.0199];
  expectClose(second.variable, [0.9 - (0.1 * m) / Math.sqrt(n)], { rtol: 1e-14 });
  expect(globalNorm([array64([2], [1, -2]), array64([1], [2])])).toBe(3);
});

test('a language model of no layers is softmax regression on the embedding', () => {
  const table = array64([2, 1], [1, -1]);
  const result = languageModel({
    ids: [0, 1, 1, 0],
    targets: [1, 1, 0, 0],
    time: 2,
    batch: 2,
    embedding: table,
    layers: [],
    softmaxWeights: array64([1, 2], [1, -1]),
    softmaxBias: array64([2], [0.5, 0.5]),
  });
  // Each row's logits differ by 2; the rows' targets lose, win, lose, win.
  const [lose, win] = [Math.log1p(Math.exp(2)), Math.log1p(Math.exp(-2))];
  expectClose(result.nats, [lose, win, lose, win], { rtol: 1e-14 });
  expectClose(result.loss, lose + win, { rtol: 1e-14 });
});

test('a small language model has the gradients of its softmax in closed form', () => {
  const [T, B, V, E, H] = [7, 2, 6, 3, 5];
  const ids = filledIds(T * B, 1, V);
  const targets = filledIds(T * B, 2, V);
  const weights = {
    input: filled([E, 4 * H], 3),
    recurrent: filled([H, 4 * H], 4),
    bias: filled([4 * H], 5),
  };
  const masks = [filled([T * B * E], 8, 0.5, 2).data, filled([T * B * H], 9, 0.5, 2).data];
  const run = (softmaxWeights = filled([H, V], 6), softmaxBias = filled([V], 7)) =>
    languageModel({
      ids,
      targets,
      time: T,
      batch: B,
      embedding: filled([V, E], 10),
      layers: [(x) => lstmLayer({ x, weights })],
      softmaxWeights,
      softmaxBias,
      dropoutMasks: masks,
    });
  const { logits } = run();
  const expected = array64([V]);
  for (let n = 0; n < T * B; n++) {
    const row = [...logits.data.subarray(n * V, (n + 1) * V)].map(Math.exp);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach(
      (value, v) => (expected.data[v]! += (value / total - (targets[n] === v ? 1 : 0)) / B),
    );
  }
  const gradients = centralDifferences(({ bias }) => run(undefined, bias).loss, {
    bias: filled([V], 7),
  });
  expectClose(gradients.bias, expected, { rtol: 1e-8 });
});
