import { ShapeError, UsageError } from '@bnrnn/core';
import {
  array64,
  expectClose,
  filled,
  filledIds,
  oracle,
  testBackends,
  toIds,
  toTensor1D,
  toTensor2D,
} from '@bnrnn/test-utils';
import { cast, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { projectedCrossEntropy, reference } from './projectedCrossEntropy';
import { softmaxCrossEntropy } from './softmaxCrossEntropy';

const [rows, units, classes] = [9, 5, 11];
const labels = filledIds(rows, 51, classes);
const rowWeights = filled([rows], 52, 0, 2);
const layer = {
  hidden: filled([rows, units], 53),
  weights: filled([units, classes], 54),
  bias: filled([classes], 55),
};

describe.each(testBackends())('cross entropies on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([undefined, rowWeights])(
    'softmaxCrossEntropy agrees with the oracle (%#)',
    (weights) => {
      const fixed = { labels: toIds(labels), weights: weights && toTensor1D(weights) };
      compareWithOracle({
        label: 'softmaxCrossEntropy',
        inputs: { logits: filled([rows, classes], 56, -4, 4) },
        op: ({ logits }) => [softmaxCrossEntropy({ logits: logits as Tensor2D, ...fixed })],
        oracle: ({ logits }) => [oracle.softmaxCrossEntropy({ logits, labels, weights })],
      });
    },
  );

  test('softmaxCrossEntropy stays finite for logits far apart', () => {
    const logits = array64([2, 3], [1000, 0, -1000, -2000, -2003, -2001]);
    const nats = softmaxCrossEntropy({ logits: toTensor2D(logits), labels: toIds([2, 0]) });
    expectClose(nats, [2000, Math.log(1 + Math.exp(-3) + Math.exp(-1))]);
  });

  // 33 logits a block: three rows each, so three blocks; and one block for all.
  test.each([33, 40, 1e6])('projectedCrossEntropy in blocks of %i logits', (blockSize) => {
    const fixed = { labels: toIds(labels), rowWeights: toTensor1D(rowWeights) };
    compareWithOracle({
      label: `blocks of ${blockSize}`,
      inputs: layer,
      op: ({ hidden, weights, bias }) => [
        reference(
          {
            hidden: hidden as Tensor2D,
            weights: weights as Tensor2D,
            bias: bias as Tensor1D,
            ...fixed,
          },
          blockSize,
        ),
      ],
      oracle: (arrays) => [oracle.projectedCrossEntropy({ ...arrays, labels, rowWeights })],
    });
  });

  test('projectedCrossEntropy without weights agrees with the oracle', () => {
    compareWithOracle({
      label: 'projectedCrossEntropy',
      inputs: layer,
      op: (t) => {
        const y = toIds(labels);
        const nats = projectedCrossEntropy({
          hidden: t.hidden as Tensor2D,
          weights: t.weights as Tensor2D,
          bias: t.bias as Tensor1D,
          labels: y,
        });
        y.dispose();
        return [nats];
      },
      oracle: (arrays) => [oracle.projectedCrossEntropy({ ...arrays, labels })],
    });
  });

  test('refuse labels that are no class, or no integers', () => {
    const logits = toTensor2D(filled([2, 3], 57));
    const withLabels = (values: number[]) => softmaxCrossEntropy({ logits, labels: toIds(values) });
    expect(() => withLabels([0, 3])).toThrow(UsageError);
    expect(() => withLabels([0, 3])).toThrow('labels holds 3, expected 0 to 2');
    expect(() => withLabels([-1, 2])).toThrow('labels holds -1');
    const floats = cast(toIds([0, 1]), 'float32');
    expect(() => softmaxCrossEntropy({ logits, labels: floats })).toThrow(ShapeError);
  });
});
