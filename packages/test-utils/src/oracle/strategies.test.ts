import { expect, test } from 'vitest';

import { array64, type Array64 } from '../array64';
import { expectClose } from '../expectClose';
import { filled } from '../filled';
import { weightedSum } from '../weightedSum';
import { normalizeWeights, whitenInput } from './normalizeWeights';
import { onlineBackward, type OnlineNormalizeOptions } from './onlineNormalize';
import { renormalize, renormCorrection, type RenormalizeOptions } from './renormalize';
import {
  strategyGradients,
  strategyOracle,
  type ActivationOracle,
  type StrategyCall,
} from './strategies';

const one = array64([1], [1]);
const row = (value: number): Array64 => array64([1, 1], [value]);

test('batch renormalization of two numbers, computed by hand', () => {
  // Mean 5 and deviation 3, beside a stored mean of 4 and deviation 2: r = 1.5, d = 0.5.
  const x = array64([1, 2, 1], [2, 8]);
  const given: RenormalizeOptions = {
    ...{ x, gain: array64([1], [10]), shift: one, over: 'frame', epsilon: 0 },
    stored: { mean: row(4), variance: row(4) },
  };
  const free = renormCorrection(given, { r: 3, d: 5 });
  // −1·1.5 + 0.5 = −1 = (2 − 4) / 2, and 2 = (8 − 4) / 2: what the stored statistics give.
  expectClose(renormalize(given, free), array64([1, 2, 1], [-9, 21]), { rtol: 1e-15 });
  const bounded = renormCorrection(given, { r: 1.25, d: 0.25 });
  expectClose(renormalize(given, bounded), array64([1, 2, 1], [-9, 16]), { rtol: 1e-15 });
  const still = renormCorrection(given, { r: 1, d: 0 });
  expectClose(renormalize(given, still), array64([1, 2, 1], [-9, 11]), { rtol: 1e-15 });
});

test('the backward rule of online normalization, computed by hand', () => {
  const options: OnlineNormalizeOptions = {
    x: array64([2, 1, 1], [7, 99]),
    ...{ gain: one, lengths: [1], epsilon: 0, groups: 1, layerScaling: false },
    statistics: { mean: row(1), variance: row(9), u: row(0.25), v: row(0.5) },
  };
  // x̂ = 2, g = 4 − 0.5·2 = 3, dx = 3/3 − 0.25
  const { dx, u, v } = onlineBackward(array64([2, 1, 1], [4, 99]), options);
  expectClose(dx, array64([2, 1, 1], [0.75, 0]), { rtol: 0 });
  expectClose(u, row(0.75), { rtol: 0 });
  expectClose(v, row(6), { rtol: 0 });
});

test('without controls the rule of online normalization is the derivative', () => {
  const statistics = {
    ...{ mean: filled([1, 4], 3), variance: filled([1, 4], 4, 0.5, 2) },
    ...{ u: array64([1, 4]), v: array64([1, 4]) },
  };
  const call: StrategyCall = {
    ...{ x: filled([3, 2, 4], 1, -2, 3), mode: 'batch', statistics, lengths: [3, 1] },
    parameters: { gain: filled([4], 2) },
  };
  const spec = { kind: 'online', epsilon: 0.1, groups: 2, layerScaling: true };
  const { normalize, gradients } = strategyOracle(spec) as Required<ActivationOracle>;
  const loss = (y: Array64): number => weightedSum(y);
  const byRule = gradients(call, loss);
  const byDifferences = strategyGradients({ normalize }, call, loss);
  expectClose(byRule['x']!, byDifferences['x']!, { rtol: 1e-8 });
  expectClose(byRule['gain']!, byDifferences['gain']!, { rtol: 1e-12 });
});

test('weights by length and direction, computed by hand', () => {
  const weights = array64([2, 2], [3, 0, 4, -2]);
  const y = normalizeWeights(weights, array64([2], [10, 3]));
  expectClose(y, array64([2, 2], [6, 0, 8, -3]), { rtol: 1e-15 });
});

test('a product of a whitened input, computed by hand', () => {
  const mean = array64([1, 2], [1, 2]);
  const matrix = array64([1, 2, 2], [2, 1, 1, 3]);
  const { weights, offset } = whitenInput(array64([2, 1], [1, 10]), { mean, matrix });
  expectClose(weights, array64([2, 1], [12, 31]), { rtol: 0 });
  expectClose(offset, array64([1], [-74]), { rtol: 0 });
});

test('a strategy without an oracle is named', () => {
  expect(() => strategyOracle({ kind: 'columns' })).toThrow(
    'strategyOracle: the strategy "columns" has no float64 oracle, expected one of none, batch,',
  );
});
