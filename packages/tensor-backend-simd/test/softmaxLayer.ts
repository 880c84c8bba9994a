import type { Precision } from '@bnrnn/core';
import { filled, filledIds, toTensor1D, toTensor2D, type Array64 } from '@bnrnn/test-utils';
import { projectedCrossEntropy, startBackend } from '@bnrnn/tensor-backend';
import {
  dispose,
  fill,
  grads,
  mul,
  sum,
  tensor1d,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

const [batch, units, classes] = [7, 3, 7001];
const lengths = [100, 40, 100, 0, 99, 1, 100];

/** What the layer is tried with; `second` are the columns of the second tile of thread 0. */
interface Tried {
  readonly precision: Precision;
  readonly time: number;
  readonly second: readonly [first: number, end: number];
  /** What may be off, as a share of the largest number. */
  readonly ofNats: number;
  readonly ofGradients: number;
}

/** The layer's loss Σ slope · nats and its gradients in float64. */
function expected(
  { hidden, weights, bias }: Record<'hidden' | 'weights' | 'bias', Array64>,
  labels: Int32Array,
  slopes: Float64Array,
) {
  const rows = labels.length;
  const nats = new Float64Array(rows);
  const [dHidden, dWeights, dBias] = [rows * units, units * classes, classes].map(
    (size) => new Float64Array(size),
  ) as [Float64Array, Float64Array, Float64Array];
  const logits = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    if (Math.floor(row / batch) >= lengths[row % batch]!) continue;
    for (let c = 0; c < classes; c++) {
      logits[c] = bias.data[c]!;
      for (let u = 0; u < units; u++) {
        logits[c]! += hidden.data[row * units + u]! * weights.data[u * classes + c]!;
      }
    }
    const largest = logits.reduce((a, b) => Math.max(a, b));
    const total = logits.reduce((all, z) => all + Math.exp(z - largest), 0);
    nats[row] = Math.log(total) + largest - logits[labels[row]!]!;
    for (let c = 0; c < classes; c++) {
      const p = Math.exp(logits[c]! - largest) / total;
      const g = slopes[row]! * (p - Number(c === labels[row]));
      dBias[c]! += g;
      for (let u = 0; u < units; u++) {
        dHidden[row * units + u]! += g * weights.data[u * classes + c]!;
        dWeights[u * classes + c]! += g * hidden.data[row * units + u]!;
      }
    }
  }
  return { nats, dHidden, dWeights, dBias };
}

function expectNear(actual: Tensor, wanted: Float64Array, relative: number): void {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = Array.from(actual.dataSync(), (value, i) => Math.abs(value - wanted[i]!));
  const worst = differences.reduce((most, value) => Math.max(most, value), 0);
  expect(worst).toBeLessThanOrEqual(relative * largest);
}

/** Tests of the layer in two blocks, and several tiles in each thread's columns, against formulas in float64. */
export function testSoftmaxLayer({ precision, time, second, ofNats, ofGradients }: Tried): void {
  const rows = time * batch;
  beforeAll(() => startBackend('simd', { threads: 2, precision }));

  test.each([
    { name: 'of a sum', uniform: true, farApart: false },
    { name: 'of rows that differ', uniform: false, farApart: false },
    { name: 'whose tiles lie far apart, one of them impossible', uniform: false, farApart: true },
  ])('the softmax layer in tiles: a gradient $name', ({ uniform, farApart }) => {
    const bias = filled([classes], 3);
    // Thread 1's first tile is all of the probability; no class of thread 0's second tile has any.
    if (farApart) {
      for (let c = 3504; c < 3600; c++) bias.data[c]! += 90;
      for (let c = second[0]; c < second[1]; c++) bias.data[c] = -Infinity;
    }
    const arrays = { hidden: filled([rows, units], 1), weights: filled([units, classes], 2), bias };
    const labels = filledIds(rows, 4, classes).map((label) => (label < 2000 ? label % 700 : label));
    const slopes = uniform ? new Float64Array(rows).fill(1) : filled([rows], 5).data;
    const wanted = expected(arrays, labels, slopes);

    const inputs: Tensor[] = [
      toTensor2D(arrays.hidden),
      toTensor2D(arrays.weights),
      toTensor1D(arrays.bias),
    ];
    const slope = tensor1d(Float32Array.from(slopes));
    const layer = (...[hidden, weights, ofClasses]: Tensor[]) =>
      projectedCrossEntropy({
        hidden: hidden as Tensor2D,
        weights: weights as Tensor2D,
        bias: ofClasses as Tensor1D,
        ...{ labels, lengths },
      });
    const nats = layer(...inputs);
    const gradient = grads((...given: Tensor[]) => {
      const all = layer(...given);
      return sum(uniform ? all : mul(all, slope));
    })(inputs);

    expectNear(nats, wanted.nats, ofNats);
    const { dHidden, dWeights, dBias } = wanted;
    for (const [i, each] of [dHidden, dWeights, dBias].entries()) {
      expectNear(gradient[i]!, each, ofGradients);
    }
    dispose([nats, slope, ...inputs, ...gradient]);
  });

  test('the softmax layer of one class: a thread without a class', () => {
    dispose(fill([100 * rows], NaN));
    const inputs = [toTensor2D(filled([rows, units], 1)), toTensor2D(filled([units, 1], 2))];
    const gradient = grads((hidden, weights) =>
      sum(
        projectedCrossEntropy({
          ...{ hidden: hidden as Tensor2D, weights: weights as Tensor2D, bias: tensor1d([0.5]) },
          ...{ labels: new Int32Array(rows), lengths },
        }),
      ),
    )(inputs);
    for (const each of gradient) expectNear(each, new Float64Array(each.size), 0);
    dispose([...inputs, ...gradient]);
  });
}
