import { expect, test } from 'vitest';
import { evaluationPoints } from './evaluationPoints';

test('an epoch is evaluated at its end, or also at its middle', () => {
  expect([...evaluationPoints(1452, 1)]).toEqual([1452]);
  expect([...evaluationPoints(1452, 2)]).toEqual([726, 1452]);
  expect([...evaluationPoints(829, 2)]).toEqual([414, 829]);
});

test('an epoch shorter than the number of evaluations has fewer', () => {
  expect([...evaluationPoints(2, 5)]).toEqual([1, 2]);
});
