import type { LayerSpec, ModelSpec } from '@bnrnn/recurrent';
import { gateCounts } from '@bnrnn/tensor-backend';

/** A matrix product of a training step: C [m, n] = op(A) · op(B) with inner size k, `count` times. */
export interface StepProduct {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly count: number;
}

const plain = { transposeA: false, transposeB: false, count: 1 };

/**
 * The matrix products that one training step of a model cannot do without: for each layer and direction
 * the projection, the recurrence and their gradients, then the softmax layer and its gradients. Frames
 * are data: the first layer of a frame classifier has no gradient of its input.
 *
 *   flops = Σ 2 · m · n · k · count
 *
 * @param spec   the model; layers of one direction or two.
 * @param time   steps of a window.
 * @param batch  rows of a step.
 */
export function productList(
  spec: ModelSpec,
  { time, batch }: { time: number; batch: number },
): StepProduct[] {
  const rows = time * batch;
  const classifies = spec.kind === 'frameClassifier';
  const products: StepProduct[] = [];
  let inputs = classifies ? spec.features : spec.embedding;
  spec.layers.forEach((layer, index) => {
    const { cell, directions, merged } = shapeOf(layer);
    if (cell === undefined) return;
    const { units, kind } = cell;
    const width = gateCounts[kind] * units;
    const times = directions * time;
    const name = (part: string): string => `layers.${index} ${part}`;
    const twice = { ...plain, count: directions };
    const recurrent = { ...plain, count: times };
    products.push({ ...twice, name: name('x·W'), m: rows, n: width, k: inputs });
    if (!classifies || index > 0) {
      products.push({ ...twice, name: name('dx'), m: rows, n: inputs, k: width, transposeB: true });
    }
    products.push(
      { ...twice, name: name('dW'), m: inputs, n: width, k: rows, transposeA: true },
      { ...recurrent, name: name('h·U'), m: batch, n: width, k: units },
      { ...recurrent, name: name('dh'), m: batch, n: units, k: width, transposeB: true },
      { ...twice, name: name('dU'), m: units, n: width, k: rows, transposeA: true },
    );
    inputs = merged;
  });
  const classes = classifies ? spec.classes : spec.vocabulary;
  products.push(
    { ...plain, name: 'softmax h·W', m: rows, n: classes, k: inputs },
    { ...plain, name: 'softmax dh', m: rows, n: inputs, k: classes, transposeB: true },
    { ...plain, name: 'softmax dW', m: inputs, n: classes, k: rows, transposeA: true },
  );
  return products;
}

/** The cell of a layer, how many directions it runs in, and the width of what it gives. */
function shapeOf(layer: LayerSpec) {
  if (layer.kind === 'stack') return { cell: undefined, directions: 0, merged: 0 };
  if (layer.kind !== 'bidirectional') return { cell: layer, directions: 1, merged: layer.units };
  const cell = layer.layer;
  return { cell, directions: 2, merged: layer.merge === 'concat' ? 2 * cell.units : cell.units };
}

/** Multiplications and additions of a list of products. */
export function productFlops(products: readonly StepProduct[]): number {
  return products.reduce((sum, { m, n, k, count }) => sum + 2 * m * n * k * count, 0);
}
