import { expect, it } from 'vitest';
import { modelSpec } from '../build/modelSpec';
import { resolveSettings } from '../config/resolveSettings';
import { findPreset } from '../presets/presets';
import { findRecipe } from '../recipes/recipes';
import { productFlops, productList } from './productList';

const spec = (name: string) => {
  const preset = findPreset(name);
  const settings = resolveSettings(preset, findRecipe('authors-code'));
  return modelSpec({ unit: 'word', settings }, 10_000);
};

it('counts the products of the small LSTM by hand', () => {
  const list = productList(spec('ptb-small'), { time: 20, batch: 32 });
  expect(list).toHaveLength(2 * 6 + 3);
  // A layer: 640 rows by 200 inputs by 800 gates, six times (forward, dx, dW; h·U, dh, dU).
  const layer = 6 * 2 * 640 * 200 * 800;
  const softmax = 3 * 2 * 640 * 200 * 10_000;
  expect(productFlops(list)).toBe(2 * layer + softmax);
  expect(list.find(({ name }) => name === 'layers.1 h·U')).toEqual({
    name: 'layers.1 h·U',
    m: 32,
    n: 800,
    k: 200,
    transposeA: false,
    transposeB: false,
    count: 20,
  });
});

it('is the same with and without normalization', () => {
  const sizes = { time: 20, batch: 32 };
  expect(productList(spec('ptb-small-bn'), sizes)).toEqual(productList(spec('ptb-small'), sizes));
});
