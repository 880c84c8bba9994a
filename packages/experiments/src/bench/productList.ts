import { cellShapes, describeCells, type ModelSpec } from '@bnrnn/recurrent';

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
  const { cells, units } = describeCells(
    spec.layers,
    'layers',
    classifies ? spec.features : spec.embedding,
  );
  const products: StepProduct[] = [];
  for (const { index, direction, spec: cell, inputs } of cells) {
    // Both directions have the same products: they are counted together.
    if (direction === 'backward') continue;
    const directions = direction === undefined ? 1 : 2;
    const name = (part: string): string => `layers.${index} ${part}`;
    for (const { name: parameter, shape } of cellShapes(cell, {}, inputs)) {
      const [k, n] = shape as readonly [number, number];
      const whole = { ...plain, count: directions };
      const each = { ...plain, count: directions * time };
      if (parameter === 'input') {
        products.push({ ...whole, name: name('x·W'), m: rows, n, k });
        // Frames are data.
        if (!classifies || index > 0) {
          products.push({ ...whole, name: name('dx'), m: rows, n: k, k: n, transposeB: true });
        }
        products.push({ ...whole, name: name('dW'), m: k, n, k: rows, transposeA: true });
      } else if (parameter === 'recurrent') {
        products.push(
          { ...each, name: name('h·U'), m: batch, n, k },
          { ...each, name: name('dh'), m: batch, n: k, k: n, transposeB: true },
          { ...whole, name: name('dU'), m: k, n, k: rows, transposeA: true },
        );
      }
    }
  }
  const classes = classifies ? spec.classes : spec.vocabulary;
  products.push(
    { ...plain, name: 'softmax h·W', m: rows, n: classes, k: units },
    { ...plain, name: 'softmax dh', m: rows, n: units, k: classes, transposeB: true },
    { ...plain, name: 'softmax dW', m: units, n: classes, k: rows, transposeA: true },
  );
  return products;
}

/** Multiplications and additions of a list of products. */
export function productFlops(products: readonly StepProduct[]): number {
  return products.reduce((sum, { m, n, k, count }) => sum + 2 * m * n * k * count, 0);
}
