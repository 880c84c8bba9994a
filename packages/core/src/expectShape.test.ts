import { expect, it } from 'vitest';
import { ShapeError } from './errors';
import { expectShape } from './expectShape';

it('takes a shape, or anything that has one', () => {
  expectShape('lstmScan', 'hidden', [120, 32], { time: 120, batch: 32 });
  expectShape('lstmScan', 'x', { shape: [120, 32, 7] }, { time: 120, batch: 32, features: null });
  expectShape('loss', 'total', [], {});
});

it.each([
  [[100, 32], 'hidden is [100, 32], expected [time=120, batch=32].'],
  [[120, 31], 'hidden is [120, 31], expected [time=120, batch=32].'],
  [[32, 120], 'hidden is [32, 120], expected [time=120, batch=32].'],
  [[120], 'hidden is [120], expected [time=120, batch=32].'],
  [[120, 32, 1], 'hidden is [120, 32, 1], expected [time=120, batch=32].'],
  [[], 'hidden is [], expected [time=120, batch=32].'],
])('refuses %j', (shape, sentence) => {
  const wanted = { time: 120, batch: 32 };
  const error = new ShapeError(`normalizeSequence: ${sentence}`);
  expect(() => expectShape('normalizeSequence', 'hidden', shape, wanted)).toThrow(error);
  expect(() => expectShape('normalizeSequence', 'hidden', { shape }, wanted)).toThrow(error);
});

it('names an axis of any size without one', () => {
  expect(() =>
    expectShape('lstmScan', 'x', [4, 5], { time: null, batch: 5, features: null }),
  ).toThrow('lstmScan: x is [4, 5], expected [time, batch=5, features].');
});

it('takes size 0 only where 0 is wanted', () => {
  expectShape('f', 'x', [0], { rows: 0 });
  expect(() => expectShape('f', 'x', [3], { rows: 0 })).toThrow('expected [rows=0]');
});

it.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [3, '3'],
  [{}, 'an object'],
])('says so where a caller in JavaScript gives %j instead of a tensor', (value, shown) => {
  expect(() =>
    expectShape('frameClassifier.forward', 'mask', value as never, { time: 3, batch: 2 }),
  ).toThrow(
    new ShapeError(
      `frameClassifier.forward: mask is ${shown}, expected a tensor [time=3, batch=2].`,
    ),
  );
});
