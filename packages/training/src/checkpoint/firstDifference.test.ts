import { expect, test } from 'vitest';
import { firstDifference } from './firstDifference';

test('equal values have no difference, whatever the order of their keys', () => {
  expect(firstDifference({ a: [1, { b: null }], c: 'x' }, { c: 'x', a: [1, { b: null }] })).toBe(
    undefined,
  );
});

test('the first difference is named by its path', () => {
  const left = { layers: [{ units: 200 }, { units: 200, biases: 1 }], dropout: 0 };
  const right = { layers: [{ units: 200 }, { units: 650, biases: 1 }], dropout: 0.5 };
  expect(firstDifference(left, right)).toEqual({
    path: 'layers.1.units',
    left: '200',
    right: '650',
  });
});

test('a key on one side only is a difference', () => {
  expect(firstDifference({ a: 1 }, { a: 1, b: { c: 2 } })).toEqual({
    path: 'b',
    left: 'absent',
    right: '{"c":2}',
  });
  expect(firstDifference({ a: [] }, { a: {} })?.path).toBe('a');
});

test('a key that every object inherits is one like any other', () => {
  expect(firstDifference(JSON.parse('{"constructor":1,"__proto__":{"a":2}}'), {})).toEqual({
    path: 'constructor',
    left: '1',
    right: 'absent',
  });
  expect(firstDifference({}, JSON.parse('{"__proto__":{"a":2}}'))?.left).toBe('absent');
});
