import { expect, test } from 'vitest';
import type { ParityStep } from './compareBackends';
import { parityLines, worstDifference } from './parityTable';

const steps: ParityStep[] = [
  { step: 1, losses: [4, 4.002], parameters: { weights: 1e-7, bias: 0 } },
  { step: 2, losses: [5, 5], parameters: { weights: 4e-6, bias: 3e-5 } },
  { step: 3, losses: [2, 1.9], parameters: { weights: 2e-6, bias: 2e-5 } },
];

test('finds the worst of all parameters and steps', () => {
  expect(worstDifference(steps)).toEqual({ parameter: 'bias', step: 2, difference: 3e-5 });
});

test('a number that is none is the worst', () => {
  const broken = { step: 4, losses: [NaN, 1], parameters: { weights: NaN, bias: 1 } } as const;
  expect(worstDifference([...steps, broken])).toMatchObject({ parameter: 'weights', step: 4 });
  expect(worstDifference([broken, ...steps])).toMatchObject({ parameter: 'weights', step: 4 });
});

test('has a row for each parameter and one for the loss', () => {
  expect(parityLines({ backends: [] as never, steps }).map((line) => line.split(/ {2,}/))).toEqual([
    ['after step', '1', '2', '3', 'worst'],
    ['weights', '1.0e-7', '4.0e-6', '2.0e-6', '4.0e-6'],
    ['bias', '0.0e+0', '3.0e-5', '2.0e-5', '3.0e-5'],
    ['loss', '5.0e-4', '0.0e+0', '5.0e-2', '5.0e-2'],
  ]);
});
