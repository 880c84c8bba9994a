import { test } from 'vitest';

import { array64 } from './array64';
import { centralDifferences } from './centralDifferences';
import { expectClose } from './expectClose';
import { filled } from './filled';
import { lossWeights, weightedSum, weightedSumOfTensors } from './weightedSum';
import { toTensor } from './tensors';
import '@tensorflow/tfjs-backend-cpu';

test('a polynomial of two arrays has the gradient that calculus gives', () => {
  const inputs = { x: array64([2], [0.5, -1.5]), y: array64([1], [2]) };
  const gradients = centralDifferences(({ x, y }) => {
    const [a, b] = x.data as unknown as [number, number];
    const [c] = y.data as unknown as [number];
    return a ** 3 * c + Math.sin(b) * c ** 2;
  }, inputs);
  expectClose(gradients.x, [3 * 0.25 * 2, 4 * Math.cos(-1.5)], { rtol: 1e-9 });
  expectClose(gradients.y, [0.125 + 4 * Math.sin(-1.5)], { rtol: 1e-9 });
  expectClose(inputs.x, [0.5, -1.5], { rtol: 0 });
});

test('the gradient of the weighted sum is its weights, each output with its own', () => {
  const inputs = { first: filled([2, 3], 1), second: filled([2, 3], 2) };
  const gradients = centralDifferences(({ first, second }) => weightedSum(first, second), inputs);
  expectClose(gradients.first, lossWeights([2, 3], 0), { rtol: 1e-9 });
  expectClose(gradients.second, lossWeights([2, 3], 1), { rtol: 1e-9 });
});

test('the weighted sum of tensors is that of the arrays', () => {
  const first = filled([2, 3], 1);
  const second = filled([4], 2);
  const sum = weightedSumOfTensors(toTensor(first), toTensor(second));
  expectClose(sum, weightedSum(first, second), { rtol: 1e-6 });
});
