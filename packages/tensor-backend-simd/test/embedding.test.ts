import {
  embedding,
  globalNorm,
  matrixOfRows,
  matrixRows,
  momentumStep,
  sgdStep,
  startBackend,
} from '@bnrnn/tensor-backend';
import {
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  toTensor2D,
  weightedSumOfTensors,
  lossWeights,
} from '@bnrnn/test-utils';
import {
  add,
  engine,
  grad,
  variable,
  zeros,
  type Tensor,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const [types, width] = [5000, 21];
const list = [7, 4999, 7, 0, 12, 7, 4999];
const table = filled([types, width], 1);

/** What the gradient must be: rows of the loss weights, summed by id. */
const wanted = (() => {
  const weights = lossWeights([list.length, width]);
  const data = new Float64Array(types * width);
  list.forEach((id, n) => {
    for (let i = 0; i < width; i++) data[id * width + i]! += weights.data[n * width + i]!;
  });
  return { shape: [types, width], data };
})();

const inUse = () => (engine().backend as unknown as { bytes: { inUse: number } }).bytes.inUse;

/** With numbers of its own, so that a step in place copies nothing. */
function tableVariable(): Variable {
  const start = toTensor2D(table);
  const made = variable(start);
  start.dispose();
  return made;
}

function gradient(): Tensor {
  const x = toTensor2D(table);
  const result = grad((t: Tensor) =>
    weightedSumOfTensors(embedding({ table: t as Tensor2D, ids: list })),
  )(x);
  x.dispose();
  return result;
}

describe('the gradient of an embedding is stored as rows', () => {
  beforeAll(() => startBackend('simd', { threads: 2, fallback: 'forbid' }));

  test('its rows can be seen, and others put in their place', () => {
    expectNoLeak(() => {
      const made = gradient() as Tensor2D;
      const { ids, values } = matrixRows(made)!;
      expect([...ids]).toEqual([7, 4999, 0, 12]);
      const doubled = matrixOfRows(made, { ids, values: values.map((value) => 2 * value) });
      expectClose(doubled, { ...wanted, data: wanted.data.map((value) => 2 * value) });
      // Read whole by the comparison.
      expect(matrixRows(doubled)).toBe(undefined);
      expectClose(made, wanted);
      made.dispose();
      doubled.dispose();
    });
  });

  test('it takes the memory of the distinct ids, until it is read whole', () => {
    const before = inUse();
    const rows = gradient();
    expect(inUse() - before).toBeLessThan(1000);
    expect(rows.shape).toEqual([types, width]);
    expectClose(rows, wanted);
    expect(inUse() - before).toBeGreaterThanOrEqual(types * width * 4);
    rows.dispose();
    expect(inUse()).toBe(before);
  });

  test('any op reads it whole', () => {
    const sum = add(gradient(), gradient());
    expectClose(sum, { ...wanted, data: wanted.data.map((value) => 2 * value) });
  });

  test('the norm and a step of gradient descent read the rows alone', () => {
    const rows = gradient();
    const before = inUse();
    expectClose(globalNorm([rows]), oracle.globalNorm([wanted]), { rtol: 1e-6 });
    const weights = tableVariable();
    const options = { learningRate: 0.3, scale: 0.5 };
    const between = inUse();
    sgdStep({ variables: [weights], gradients: [rows], ...options });
    expect(inUse()).toBe(between);
    expect(between - before).toBeLessThan(2 * types * width * 4 + 1000);
    expectClose(weights, oracle.sgdStep({ variable: table, gradient: wanted, ...options }), {
      rtol: 1e-6,
    });
  });

  test('momentum agrees', () => {
    const weights = tableVariable();
    const velocities = [variable(zeros([types, width]))];
    const options = { learningRate: 0.3, momentum: 0.9, scale: 0.5 };
    momentumStep({ variables: [weights], gradients: [gradient()], velocities, ...options });
    const velocity = { shape: [types, width], data: new Float64Array(types * width) };
    const expected = oracle.momentumStep({
      variable: table,
      gradient: wanted,
      velocity,
      ...options,
    });
    expectClose(weights, expected.variable, { rtol: 1e-6 });
  });

  test('leaves nothing behind', () => {
    const before = inUse();
    expectNoLeak(gradient);
    expect(inUse()).toBe(before);
  });
});
