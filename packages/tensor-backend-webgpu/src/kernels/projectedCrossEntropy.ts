import { projectedCrossEntropyOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, element, linear, run } from '../gpu/program';
import { opKernel, uploadLengths } from './kernel';
import { multiply, rowsOf, transposed } from './multiply';
import { sumRows } from './sumRows';

/** Logits held at once, in elements: 32 MiB. */
const largestBlock = 8 * 2 ** 20;

/** One row a workgroup: log Σ exp of its logits, and its cross entropy with its label. */
const rowLosses = defineProgram({
  name: 'crossEntropyRows',
  params: { start: 'u32', classes: 'u32', batch: 'u32' },
  reads: { logits: 'f32', labels: 'i32', lengths: 'i32' },
  writes: { nats: 'f32', logSums: 'f32' },
  workgroup: [256],
  folds: true,
  main: `
  let first = group.x * p.classes;
  var most = -3.4e38;
  for (var c = lane; c < p.classes; c += 256u) { most = max(most, logits[first + c]); }
  most = largest(most);
  var sum = 0.0;
  for (var c = lane; c < p.classes; c += 256u) { sum += exp(logits[first + c] - most); }
  let whole = total(sum);
  if (lane > 0u) { return; }
  let row = p.start + group.x;
  let logSum = most + log(whole);
  var loss = logSum - logits[first + u32(labels[row])];
  if (p.batch > 0u && i32(row / p.batch) >= lengths[row % p.batch]) { loss = 0.0; }
  nats[row] = loss;
  logSums[row] = logSum;`,
});

/** The logits' gradients in their place: (softmax − one at the label) · dNats, 0 where padded. */
const slopes = defineProgram({
  name: 'crossEntropySlopes',
  params: { start: 'u32', classes: 'u32', count: 'u32', batch: 'u32' },
  reads: { labels: 'i32', lengths: 'i32', logSums: 'f32', dNats: 'f32' },
  writes: { logits: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  let row = p.start + i / p.classes;
  var slope = dNats[row];
  if (p.batch > 0u && i32(row / p.batch) >= lengths[row % p.batch]) { slope = 0.0; }
  var share = exp(logits[i] - logSums[row]);
  if (i % p.classes == u32(labels[row])) { share -= 1.0; }
  logits[i] = share * slope;`,
});

interface Layer {
  readonly hidden: TensorInfo;
  readonly weights: TensorInfo;
  readonly bias: TensorInfo;
}

/** Computes the logits of one block of rows after another; none outlives its visit. */
function forEachBlock(
  backend: GpuBackend,
  { hidden, weights, bias }: Layer,
  visit: (logits: TensorInfo, start: number, rows: number) => void,
): void {
  const [count = 0, units = 0] = hidden.shape;
  const [, classes = 0] = weights.shape;
  const blocks = Math.max(1, Math.ceil((count * classes) / largestBlock));
  const size = Math.ceil(count / blocks);
  const logits = backend.allocate([size, classes]);
  for (let start = 0; start < count; start += size) {
    const rows = Math.min(size, count - start);
    multiply(
      backend,
      { rows, inner: units, columns: classes },
      rowsOf(hidden, units, start * units),
      rowsOf(weights, classes),
      { tensor: logits, bias },
    );
    visit(logits, start, rows);
  }
  backend.free(logits);
}

/** The softmax layer with its loss, in blocks of rows; the gradient computes a block's logits again. */
export const projectedCrossEntropy = opKernel(projectedCrossEntropyOp, {
  run(backend, { inputs, attributes }) {
    const { hidden, weights, labels } = inputs;
    const [count] = hidden.shape;
    const [, classes] = weights.shape;
    const nats = backend.allocate([count]);
    const logSums = backend.allocate([count]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const batch = attributes.lengths?.each.length ?? 0;
    forEachBlock(backend, inputs, (logits, start, rows) =>
      run(backend, rowLosses, {
        reads: { logits, labels, lengths },
        writes: { nats, logSums },
        steps: [{ start, classes, batch }],
        groups: [rows],
      }),
    );
    backend.free(lengths);
    backend.keepResiduals(nats, [logSums]);
    return { nats };
  },
  saves: ['hidden', 'weights', 'bias', 'labels', 'nats'],
  gradient(backend, { dys, saved, attributes }) {
    const { hidden, weights, labels, nats } = saved;
    const [, units] = hidden.shape;
    const [, classes] = weights.shape;
    const [logSums] = backend.takeResiduals(nats) as [TensorInfo];
    const dHidden = backend.allocate(hidden.shape);
    const dWeights = backend.allocate(weights.shape);
    const dBias = backend.allocate([classes]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const batch = attributes.lengths?.each.length ?? 0;
    forEachBlock(backend, saved, (logits, start, rows) => {
      const count = rows * classes;
      run(backend, slopes, {
        reads: { labels, lengths, logSums, dNats: dys.nats },
        writes: { logits },
        steps: [{ start, classes, count, batch }],
        groups: linear(count),
      });
      const adds = start > 0;
      multiply(
        backend,
        { rows, inner: classes, columns: units },
        rowsOf(logits, classes),
        transposed(rowsOf(weights, classes)),
        { tensor: dHidden, start: start * units },
      );
      multiply(
        backend,
        { rows: units, inner: rows, columns: classes },
        transposed(rowsOf(hidden, units, start * units)),
        rowsOf(logits, classes),
        { tensor: dWeights, adds },
      );
      sumRows(backend, logits, rows, classes, { into: dBias, adds });
    });
    backend.free(lengths, logSums);
    return { hidden: dHidden, weights: dWeights, bias: dBias };
  },
});
