import { exampleNormalizers, type NamedTensors, type Normalizer } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  centralDifferences,
  expectClose,
  filled,
  fromTensor,
  map64,
  oracle,
  testBackends,
  toTensor,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import {
  add,
  dispose,
  grads,
  matMul,
  reshape,
  tidy,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { folded, productWeights, trained } from './strategyRig';

const [time, batch, features] = [2, 12, 8];
const noise = filled([time, batch, features], 11, -2, 3);
// The last step has three real rows, fewer than a group of eight; one column has none.
const ragged = [1, 2, 1, 1, 0, 1, 2, 1, 1, 2, 1, 1];

const all = exampleNormalizers();
type Example = (typeof all)[number];
const isOnWeights = ({ normalizer }: Example): boolean => normalizer.mapWeights !== undefined;

const read = (tensors: NamedTensors): Record<string, Array64> => {
  const values = Object.entries(tensors).map(([name, tensor]) => [name, fromTensor(tensor)]);
  dispose(tensors);
  return Object.fromEntries(values) as Record<string, Array64>;
};
const tensorsOf = (arrays: oracle.NamedArrays): NamedTensors =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toTensor(array)]));

/** c and U of a whitened input as after an estimate: U symmetric. */
function estimated(normalizer: Normalizer): oracle.NamedArrays {
  if (normalizer.measureInput === undefined) return {};
  const size = productWeights(features).shape[0]!;
  const noise = filled([1, size, size], 35);
  const matrix = map64(noise, (value, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return Number(row === column) + value + noise.data[column * size + row]!;
  });
  return { mean: filled([1, size], 34), matrix };
}

/** Parameters and statistics away from their start, and controls of the backward pass that are not zero. */
function held(normalizer: Normalizer): Record<'parameters' | 'statistics', oracle.NamedArrays> {
  const controls = (normalizer.measuredBackward ?? []).map((name, k) => {
    return [name, filled([1, features], 30 + k, -0.5, 0.5)] as const;
  });
  return {
    parameters: read(trained(normalizer, features)),
    statistics: {
      ...read(folded(normalizer, features)),
      ...Object.fromEntries(controls),
      ...estimated(normalizer),
    },
  };
}

/** The float64 gradients, by example and call: what the folded statistics hold differs by rounding alone. */
const differences = new Map<string, oracle.NamedArrays>();
function once(key: string, compute: () => oracle.NamedArrays): oracle.NamedArrays {
  const known = differences.get(key) ?? compute();
  differences.set(key, known);
  return known;
}

describe.each(testBackends())('on %s, every strategy against its float64 oracle', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  // No eigenvectors are computed on webgpu.
  const served = all.filter(({ name }) => backend !== 'webgpu' || !name.includes('method zca'));
  describe.each(served.filter((example) => !isOnWeights(example)))(
    '$name',
    ({ name, normalizer }) => {
      it.each([
        ['batch', undefined],
        ['batch', ragged],
        ['stored', ragged],
      ] as const)('mode %s, lengths %j: values and gradient', (mode, lengths) => {
        const own = oracle.strategyOracle(normalizer.spec) as oracle.ActivationOracle;
        const { parameters, statistics } = held(normalizer);
        const x = normalizer.spec.kind === 'none' ? noise : oracle.zeroPadding(noise, lengths);
        const call = { x, parameters, statistics, mode, lengths };
        const names = Object.keys(parameters);
        const kept = tensorsOf(statistics);
        const inputs = [toTensor(x), ...Object.values(tensorsOf(parameters))];
        const run = (moved: Tensor, ...values: Tensor[]): Tensor3D => {
          const given = Object.fromEntries(names.map((parameter, k) => [parameter, values[k]!]));
          return normalizer.apply(moved as Tensor3D, given, kept, { mode, lengths }).y;
        };
        tidy(() => {
          expectClose(run(...(inputs as [Tensor, ...Tensor[]])), own.normalize(call), {
            label: 'y',
          });
          const wanted = once(`${name} ${mode} ${lengths === undefined}`, () =>
            oracle.strategyGradients(own, call, (y) => weightedSum(y)),
          );
          const found = grads((...moved: Tensor[]) =>
            weightedSumOfTensors(run(...(moved as [Tensor, ...Tensor[]]))),
          )(inputs);
          ['x', ...names].forEach((label, k) =>
            expectClose(found[k]!, wanted[label]!, { rtol: 1e-4, label }),
          );
        });
        dispose([inputs, kept]);
      });
    },
  );

  describe.each(all.filter(isOnWeights))('$name', ({ name, normalizer }) => {
    it('the product of the mapped weights: values and gradient', () => {
      const own = oracle.strategyOracle(normalizer.spec) as oracle.WeightOracle;
      const { parameters, statistics } = held(normalizer);
      const weights = productWeights(features);
      const rows = filled([6, weights.shape[0]!], 91, -1, 2);
      const names = Object.keys(parameters);
      const expected = (moved: oracle.NamedArrays): Array64 => {
        const { weights: v, ...others } = moved;
        const offset = own.mapOffset?.(v!, statistics);
        const whole = oracle.product(rows, own.mapWeights(v!, others, statistics));
        return map64(whole, (value, i) => value + (offset?.data[i % features] ?? 0));
      };
      const kept = tensorsOf(statistics);
      const inputs = [toTensor(weights), ...Object.values(tensorsOf(parameters))];
      tidy(() => {
        const x = toTensor(rows) as Tensor2D;
        const run = (v: Tensor, ...values: Tensor[]): Tensor => {
          const given = Object.fromEntries(names.map((parameter, k) => [parameter, values[k]!]));
          const whole = matMul(x, normalizer.mapWeights!(v as Tensor2D, given, kept));
          const offset = normalizer.mapOffset?.(v as Tensor2D, given, kept);
          return offset === undefined ? whole : add(whole, reshape(offset, [1, features]));
        };
        const given = { weights, ...parameters };
        expectClose(run(...(inputs as [Tensor, ...Tensor[]])), expected(given), { label: 'y' });
        const wanted = once(name, () =>
          centralDifferences<Record<string, Array64>>((moved) => weightedSum(expected(moved)), {
            ...given,
          }),
        );
        const found = grads((...moved: Tensor[]) =>
          weightedSumOfTensors(run(...(moved as [Tensor, ...Tensor[]]))),
        )(inputs);
        ['weights', ...names].forEach((label, k) =>
          expectClose(found[k]!, wanted[label]!, { rtol: 1e-4, label }),
        );
      });
      dispose([inputs, kept]);
    });
  });
});
