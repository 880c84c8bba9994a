import { expect, test } from 'vitest';
import { withinMachine } from './rehearseStep';

const need = { neededBytes: 3e9, capacityBytes: 4e9, fits: true, complete: true };

test('a machine with less memory than the backend would hold is the limit', () => {
  expect(withinMachine(need, 8e9)).toEqual(need);
  expect(withinMachine(need, 3.5e9)).toEqual({ ...need, capacityBytes: 3.5e9 });
  expect(withinMachine(need, 2e9)).toEqual({ ...need, capacityBytes: 2e9, fits: false });
});
