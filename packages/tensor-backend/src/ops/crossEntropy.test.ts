import { ShapeError, UsageError } from '@bnrnn/core';
import {
  array64,
  expectClose,
  filled,
  filledIds,
  oracle,
  testBackends,
  toTensor1D,
  toTensor2D,
} from '@bnrnn/test-utils';
import { tensor1d, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { inBlocks, projectedCrossEntropy } from './projectedCrossEntropy';

const [rows, units, classes] = [9, 5, 11];
const labels = filledIds(rows, 51, classes);
/** Three sequences of three steps. */
const lengths = [2, 0, 3];
const layer = {
  hidden: filled([rows, units], 53),
  weights: filled([units, classes], 54),
  bias: filled([classes], 55),
};

describe.each(testBackends())('cross entropies on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('projectedCrossEntropy stays finite for logits far apart', () => {
    const nats = projectedCrossEntropy({
      hidden: toTensor2D(array64([2, 1], [1, -1])),
      weights: toTensor2D(array64([1, 3], [1000, 0, -1000])),
      bias: toTensor1D(array64([3], [0, 0, 1000])),
      labels: [2, 0],
    });
    expectClose(nats, [1000, 3000]);
  });

  // 33 logits a block: three rows each, so three blocks; and one block for all.
  test.each([33, 40, 1e6])('projectedCrossEntropy in blocks of %i logits', (blockSize) => {
    const fixed = { labels: tensor1d(labels, 'int32') };
    const padded = { time: 3, each: Int32Array.from(lengths) };
    compareWithOracle({
      label: `blocks of ${blockSize}`,
      inputs: layer,
      op: ({ hidden, weights, bias }) => [
        inBlocks(
          {
            hidden: hidden as Tensor2D,
            weights: weights as Tensor2D,
            bias: bias as Tensor1D,
            ...fixed,
          },
          padded,
          blockSize,
        ),
      ],
      oracle: (arrays) => [oracle.projectedCrossEntropy({ ...arrays, labels, lengths })],
    });
  });

  test.each([
    { name: 'all rows', given: {} },
    { name: 'padding', given: { lengths } },
    { name: 'padding alone', given: { lengths: [0, 0, 0] } },
  ])('projectedCrossEntropy of $name agrees with the oracle', ({ given }) => {
    compareWithOracle({
      label: 'projectedCrossEntropy',
      inputs: layer,
      op: (t) => {
        const [hidden, weights] = [t.hidden as Tensor2D, t.weights as Tensor2D];
        const head = { hidden, weights, bias: t.bias as Tensor1D };
        return [projectedCrossEntropy({ ...head, labels, ...given })];
      },
      oracle: (arrays) => [oracle.projectedCrossEntropy({ ...arrays, labels, ...given })],
    });
  });

  test('projectedCrossEntropy of a table with a row for each class agrees with the oracle', () => {
    compareWithOracle({
      label: 'projectedCrossEntropy, transposed',
      inputs: { ...layer, weights: oracle.transpose(layer.weights) },
      op: (t) => {
        const [hidden, weights] = [t.hidden as Tensor2D, t.weights as Tensor2D];
        const head = { hidden, weights, bias: t.bias as Tensor1D, transposed: true };
        return [projectedCrossEntropy({ ...head, labels, lengths })];
      },
      oracle: ({ weights, ...arrays }) => {
        const straight = { ...arrays, weights: oracle.transpose(weights) };
        return [oracle.projectedCrossEntropy({ ...straight, labels, lengths })];
      },
    });
    const hidden = toTensor2D(layer.hidden);
    const given = { hidden, weights: toTensor2D(layer.weights), bias: toTensor1D(layer.bias) };
    expect(() => projectedCrossEntropy({ ...given, labels, transposed: true })).toThrow(
      'projectedCrossEntropy: weights is',
    );
  });

  test('refuses lengths that are not of its rows', () => {
    const [hidden, weights] = [toTensor2D(layer.hidden), toTensor2D(layer.weights)];
    const given = { hidden, weights, bias: toTensor1D(layer.bias), labels };
    expect(() => projectedCrossEntropy({ ...given, lengths: [1, 2] })).toThrow(
      'projectedCrossEntropy: hidden has 9 rows, expected a multiple of batch=2.',
    );
    expect(() => projectedCrossEntropy({ ...given, lengths: [1, 2, 4] })).toThrow(
      'projectedCrossEntropy: lengths[2] is 4',
    );
  });

  test('refuses labels that are no class, or no integers', () => {
    const [hidden, weights] = [toTensor2D(filled([2, 4], 57)), toTensor2D(filled([4, 3], 58))];
    const bias = toTensor1D(filled([3], 59));
    const withLabels = (labels: number[]) => () =>
      projectedCrossEntropy({ hidden, weights, bias, labels });
    expect(withLabels([0, 3])).toThrow(UsageError);
    expect(withLabels([0, 3])).toThrow('labels holds 3, expected 0 to 2');
    expect(withLabels([-1, 2])).toThrow('labels holds -1');
    expect(withLabels([0, 1.5])).toThrow('labels holds 1.5');
    expect(withLabels([0])).toThrow('projectedCrossEntropy: labels is [1], expected [rows=2].');
    expect(withLabels(bias as never)).toThrow(ShapeError);
  });
});
