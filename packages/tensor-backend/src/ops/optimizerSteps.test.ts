import { ShapeError, UsageError } from '@bnrnn/core';
import {
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  testBackends,
  toTensor,
} from '@bnrnn/test-utils';
import { fill, scalar, variable, type Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { adamStep } from './adamStep';
import { clipFactor } from './clipFactor';
import { globalNorm } from './globalNorm';
import { momentumStep } from './momentumStep';
import { sgdStep } from './sgdStep';

const shapes = [[7, 5], [9], [2, 3, 4]];
const values = shapes.map((shape, i) => filled(shape, 71 + i));
const slopes = shapes.map((shape, i) => filled(shape, 81 + i));
const firsts = shapes.map((shape, i) => filled(shape, 91 + i, -0.1, 0.1));
const seconds = shapes.map((shape, i) => filled(shape, 101 + i, 0.01, 0.2));
const asVariables = (list: typeof values): Variable[] =>
  list.map((a) => {
    const start = toTensor(a);
    const made = variable(start);
    start.dispose(); // it would keep the first values' buffer alive
    return made;
  });

function expectAll(actual: Variable[], expected: typeof values): void {
  expected.forEach((wanted, i) => expectClose(actual[i] as Variable, wanted));
}

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('globalNorm agrees with the oracle', () => {
    const gradients = slopes.map((a) => toTensor(a));
    expectClose(globalNorm(gradients), oracle.globalNorm(slopes));
    expectNoLeak(() => globalNorm(gradients));
    expect(() => globalNorm([])).toThrow(UsageError);
  });

  test('globalNorm keeps its digits over a softmax layer', () => {
    const large = filled([200, 3000], 111, 0.9, 1.1);
    const tensor = toTensor(large);
    expectClose(globalNorm([tensor]), oracle.globalNorm([large]), { rtol: 2e-6 });
  });

  test.each([
    { loss: 3, norm: 4, maxNorm: 5, factor: 1 },
    { loss: 3, norm: 5, maxNorm: 5, factor: 1 },
    { loss: 3, norm: 8, maxNorm: 5, factor: 0.625 },
    { loss: 3, norm: 0, maxNorm: 5, factor: 1 },
    { loss: 3, norm: 8, factor: 1 },
    { loss: 3, norm: 3e38, maxNorm: 1e-9, factor: 2 ** -126 },
    { loss: 3, norm: Infinity, maxNorm: 5, factor: 0 },
    { loss: 3, norm: NaN, maxNorm: 5, factor: 0 },
    { loss: NaN, norm: 4, factor: 0 },
    { loss: -Infinity, norm: 4, maxNorm: 5, factor: 0 },
  ])('clipFactor of loss $loss, norm $norm, at most $maxNorm', ({ factor, ...given }) => {
    const numbers = { ...given, loss: scalar(given.loss), norm: scalar(given.norm) };
    expect([...clipFactor(numbers).dataSync()]).toEqual([factor]);
    expectNoLeak(() => clipFactor(numbers));
  });

  test('a threshold that cannot be used is refused', () => {
    const numbers = { loss: scalar(1), norm: scalar(1) };
    expect(() => clipFactor({ ...numbers, maxNorm: 0 })).toThrow(
      'clipFactor: maxNorm is 0, expected a number above 0',
    );
  });

  test('a factor that the device computed scales the gradients too', () => {
    const gradients = slopes.map((a) => toTensor(a));
    const numbers = { learningRate: 0.3, scale: 0.5 };
    const given = { gradients, clip: scalar(0.25), ...numbers };
    const wanted = { ...numbers, scale: 0.125 };
    const at = (i: number) => ({ variable: values[i]!, gradient: slopes[i]!, ...wanted });
    const first = asVariables(values);
    expectNoLeak(() => sgdStep({ ...given, variables: first }));
    expectAll(
      first,
      values.map((_, i) => oracle.sgdStep(at(i))),
    );
    const second = asVariables(values);
    momentumStep({ ...given, variables: second, velocities: asVariables(firsts), momentum: 0.9 });
    expectAll(
      second,
      values.map(
        (_, i) => oracle.momentumStep({ ...at(i), velocity: firsts[i]!, momentum: 0.9 }).variable,
      ),
    );
    const third = asVariables(values);
    const adam = { beta1: 0.8, beta2: 0.95, epsilon: 0.01, step: 1 };
    const moments = { firstMoments: asVariables(firsts), secondMoments: asVariables(seconds) };
    adamStep({ ...given, ...moments, ...adam, variables: third });
    expectAll(
      third,
      values.map((_, i) => {
        const slots = { firstMoment: firsts[i]!, secondMoment: seconds[i]! };
        return oracle.adamStep({ ...at(i), ...slots, ...adam }).variable;
      }),
    );
  });

  test('a factor of 0 changes nothing, whatever the gradient is', () => {
    const [variables, one, two] = [values, firsts, seconds].map(asVariables) as [
      Variable[],
      Variable[],
      Variable[],
    ];
    const gradients = slopes.map(({ shape }, i) => fill([...shape], [NaN, Infinity, 3][i]!));
    const bits = () => [...variables, ...one, ...two].map((each) => [...each.dataSync()]);
    const before = bits();
    const given = { variables, gradients, clip: scalar(0), learningRate: 0.3, scale: 0.5 };
    expectNoLeak(() => {
      sgdStep(given);
      momentumStep({ ...given, velocities: one, momentum: 0.9 });
      const adam = { beta1: 0.8, beta2: 0.95, epsilon: 0.01, step: 1 };
      adamStep({ ...given, ...adam, firstMoments: one, secondMoments: two });
    });
    expect(bits()).toEqual(before);
  });

  test('sgdStep agrees with the oracle', () => {
    const variables = asVariables(values);
    const gradients = slopes.map((a) => toTensor(a));
    const options = { learningRate: 0.3, scale: 0.7 };
    expectNoLeak(() => sgdStep({ variables, gradients, ...options }));
    expectAll(
      variables,
      values.map((v, i) => oracle.sgdStep({ variable: v, gradient: slopes[i]!, ...options })),
    );
    expect(() => sgdStep({ variables, gradients: gradients.slice(1), ...options })).toThrow(
      ShapeError,
    );
  });

  test('momentumStep agrees with the oracle over two steps', () => {
    const variables = asVariables(values);
    const velocities = asVariables(firsts);
    const gradients = slopes.map((a) => toTensor(a));
    const options = { learningRate: 0.3, momentum: 0.9, scale: 0.7 };
    let expected = values.map((v, i) => ({ variable: v, velocity: firsts[i]! }));
    for (let step = 1; step <= 2; step++) {
      expectNoLeak(() => momentumStep({ variables, gradients, velocities, ...options }));
      expected = expected.map((state, i) =>
        oracle.momentumStep({ ...state, gradient: slopes[i]!, ...options }),
      );
    }
    expectAll(
      variables,
      expected.map((state) => state.variable),
    );
    expectAll(
      velocities,
      expected.map((state) => state.velocity),
    );
  });

  test('adamStep agrees with the oracle over two steps', () => {
    const variables = asVariables(values);
    const firstMoments = asVariables(firsts);
    const secondMoments = asVariables(seconds);
    const gradients = slopes.map((a) => toTensor(a));
    const options = { learningRate: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 0.01, scale: 0.7 };
    let expected = values.map((v, i) => ({
      variable: v,
      firstMoment: firsts[i]!,
      secondMoment: seconds[i]!,
    }));
    for (let step = 1; step <= 2; step++) {
      const lists = { variables, gradients, firstMoments, secondMoments };
      expectNoLeak(() => adamStep({ ...lists, ...options, step }));
      expected = expected.map((state, i) =>
        oracle.adamStep({ ...state, gradient: slopes[i]!, ...options, step }),
      );
    }
    expectAll(
      variables,
      expected.map((state) => state.variable),
    );
    expectAll(
      firstMoments,
      expected.map((state) => state.firstMoment),
    );
    expectAll(
      secondMoments,
      expected.map((state) => state.secondMoment),
    );
  });
});
