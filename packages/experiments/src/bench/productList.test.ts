import { expect, it } from 'vitest';
import { resolveRun } from '../config/resolveRun';
import { language } from '../tasks/language';
import { speech } from '../tasks/speech';
import { productFlops, productList } from './productList';

const spec = (preset: string) => {
  const { settings } = resolveRun(language, { preset, data: 'text' });
  return language.modelSpec(settings, { classes: 10_000 });
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

it('counts the products of the bidirectional network by hand', () => {
  const data = { train: 'train', dev: 'dev', alignments: ['ali'] };
  const { settings } = resolveRun(speech, { preset: 'wsj-birnn', data });
  const classifier = speech.modelSpec(settings, { features: 69, classes: 3_546 });
  const list = productList(classifier, { time: 300, batch: 24 });
  // The first layer has no gradient of its input; each layer runs in two directions.
  const products = 5 + 4 * 6 + 3;
  expect(list).toHaveLength(products);
  const rows = 2 * 300 * 24;
  const recurrent = 3 * rows * 250 * 1_000;
  const first = 2 * (2 * rows * 69 * 1_000 + recurrent);
  const other = 2 * (3 * rows * 500 * 1_000 + recurrent);
  const softmax = 3 * rows * 500 * 3_546;
  expect(productFlops(list)).toBe(first + 4 * other + softmax);
  expect(list.find(({ name }) => name === 'layers.2 h·U')).toMatchObject({
    m: 24,
    n: 1_000,
    k: 250,
    count: 600,
  });
});
