import util from 'node:util';
import { expect, test } from 'vitest';
import { restoreRemovedFunctions } from './removedFunctions';

test('what is missing comes back, what is there stays', () => {
  const own = () => true;
  const target: Record<string, (value: unknown) => boolean> = { isArray: own };
  restoreRemovedFunctions(target);
  expect(target['isArray']).toBe(own);
  const values = [null, undefined, 0, '', false];
  expect(values.map((value) => target['isNullOrUndefined']!(value))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("Node's own module has both afterwards", () => {
  restoreRemovedFunctions();
  const own = util as unknown as Record<string, (value: unknown) => boolean>;
  expect(own['isNullOrUndefined']!(null)).toBe(true);
  expect(own['isArray']!([1])).toBe(true);
  expect(own['isArray']!({ length: 1 })).toBe(false);
});
