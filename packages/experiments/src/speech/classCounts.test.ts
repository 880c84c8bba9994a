import { expect, test } from 'vitest';
import { logPriors } from './classCounts';

test('priors add half a frame to each class, one that never occurred included', () => {
  const priors = logPriors([0, 3, 7]);
  const expected = [0.5 / 11.5, 3.5 / 11.5, 7.5 / 11.5].map(Math.log);
  expected.forEach((value, k) => expect(priors[k]).toBeCloseTo(value, 14));
  expect([...priors].reduce((sum, prior) => sum + Math.exp(prior), 0)).toBeCloseTo(1, 14);
});
