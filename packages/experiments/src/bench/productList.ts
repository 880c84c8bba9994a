import type { LanguageModelSpec } from '@bnrnn/recurrent';

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

const gates = { lstm: 4, gru: 3, rnn: 1 } as const;

/**
 * The matrix products that one training step of a language model cannot do without: for each layer the
 * projection, the recurrence and their gradients, then the softmax layer and its gradients.
 *
 *   flops = Σ 2 · m · n · k · count
 *
 * @param spec   the model; layers of one direction.
 * @param time   steps of a window.
 * @param batch  rows of a step.
 */
export function productList(
  spec: LanguageModelSpec,
  { time, batch }: { time: number; batch: number },
): StepProduct[] {
  const rows = time * batch;
  const plain = { transposeA: false, transposeB: false, count: 1 };
  const products: StepProduct[] = [];
  let inputs = spec.embedding;
  spec.layers.forEach((layer, index) => {
    if (!('units' in layer)) return;
    const { units, kind } = layer;
    const width = gates[kind] * units;
    const name = (part: string): string => `layers.${index} ${part}`;
    products.push(
      { ...plain, name: name('x·W'), m: rows, n: width, k: inputs },
      { ...plain, name: name('dx'), m: rows, n: inputs, k: width, transposeB: true },
      { ...plain, name: name('dW'), m: inputs, n: width, k: rows, transposeA: true },
      { ...plain, name: name('h·U'), m: batch, n: width, k: units, count: time },
      { ...plain, name: name('dh'), m: batch, n: units, k: width, transposeB: true, count: time },
      { ...plain, name: name('dU'), m: units, n: width, k: rows, transposeA: true },
    );
    inputs = units;
  });
  const classes = spec.vocabulary;
  products.push(
    { ...plain, name: 'softmax h·W', m: rows, n: classes, k: inputs },
    { ...plain, name: 'softmax dh', m: rows, n: inputs, k: classes, transposeB: true },
    { ...plain, name: 'softmax dW', m: inputs, n: classes, k: rows, transposeA: true },
  );
  return products;
}

/** Multiplications and additions of a list of products. */
export function productFlops(products: readonly StepProduct[]): number {
  return products.reduce((sum, { m, n, k, count }) => sum + 2 * m * n * k * count, 0);
}
