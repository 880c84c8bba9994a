import {
  projectedCrossEntropy,
  softmaxCrossEntropy,
  startBackend,
  startKernelLog,
} from '@bnrnn/tensor-backend';
import { expectClose, filled, filledIds, toIds, toTensor1D, toTensor2D } from '@bnrnn/test-utils';
import {
  add,
  grads,
  logSumExp,
  matMul,
  memory,
  mul,
  oneHot,
  sub,
  sum,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectedCrossEntropyKernel } from './crossEntropyKernels';
import { nodeBackend } from './nodeBackends';

const [rows, units, classes] = [37, 23, 1013];
const makeLayer = () => ({
  hidden: toTensor2D(filled([rows, units], 1)),
  weights: toTensor2D(filled([units, classes], 2)),
  bias: toTensor1D(filled([classes], 3)),
  labels: toIds(filledIds(rows, 4, classes)),
  rowWeights: toTensor1D(filled([rows], 5, 0, 2)),
  slopes: toTensor1D(filled([rows], 6)),
});
let layer: ReturnType<typeof makeLayer>;

/** Loss and gradients, each row of nats with a slope of its own. */
function gradientsOf(run: (h: Tensor2D, w: Tensor2D, b: Tensor1D) => Tensor1D): Tensor[] {
  const loss = (...t: Tensor[]) =>
    sum(mul(run(t[0] as Tensor2D, t[1] as Tensor2D, t[2] as Tensor1D), layer.slopes));
  return grads(loss)([layer.hidden, layer.weights, layer.bias]);
}

describe.runIf(process.env['BNRNN_TFJS_NODE'])("TensorFlow's fused cross entropy", () => {
  beforeAll(async () => {
    await startBackend(nodeBackend, { reference: 'forbid' });
    layer = makeLayer();
  });

  test.each([false, true])(
    'is that of plain ops, its gradients too, weighted: %s',
    (isWeighted) => {
      const before = memory().numTensors;
      const { labels, rowWeights } = layer;
      const fixed = { labels, rowWeights: isWeighted ? rowWeights : undefined };
      const log = startKernelLog();
      const ran = gradientsOf((hidden, w, bias) =>
        projectedCrossEntropy({ hidden, weights: w, bias, ...fixed }),
      );
      expect(log.stop()).toEqual([{ op: 'projectedCrossEntropy', ran: 'kernel', count: 1 }]);
      expect(memory().numTensors).toBe(before + 3);
      const expected = gradientsOf((hidden, w, bias) => {
        const logits = add(matMul(hidden, w), bias);
        const chosen = sum(mul(logits, oneHot(labels, classes)), 1);
        const nats = sub(logSumExp(logits, 1), chosen);
        return isWeighted ? mul(nats, rowWeights) : (nats as Tensor1D);
      });
      ran.forEach((gradient, i) =>
        expectClose(gradient, [...expected[i]!.dataSync()], { rtol: 1e-5 }),
      );
    },
  );

  test('of given logits leaves nothing behind, with and without a gradient', () => {
    const { labels, rowWeights } = layer;
    const logits = toTensor2D(filled([rows, classes], 7));
    const before = memory().numTensors;
    const loss = (t: Tensor) =>
      sum(softmaxCrossEntropy({ logits: t as Tensor2D, labels, weights: rowWeights }));
    const [gradient] = grads(loss)([logits]) as [Tensor];
    expect(memory().numTensors).toBe(before + 1);
    tidy(() => void loss(logits));
    expect(memory().numTensors).toBe(before + 1);
    // The slopes of a row, softmax - one-hot, add to zero, and so does the gradient.
    expectClose(sum(gradient, 1), new Array(rows).fill(0), { rtol: 0, atol: 1e-5 });
    expect(Math.abs(sum(mul(gradient, gradient)).dataSync()[0]!)).toBeGreaterThan(1);
  });
});

test('leaves logits that do not fit at once to the blocks of the reference', () => {
  const shapes = (count: number) => ({
    hidden: { shape: [count, 10] },
    weights: { shape: [10, 8192] },
  });
  const supports = (count: number) =>
    projectedCrossEntropyKernel.supports?.({}, shapes(count) as never);
  expect([supports(1024), supports(1025)]).toEqual([true, false]);
});
