import { describe, expect, it } from 'vitest';
import { gather, numberFlag, wholeFlag } from './flags';

describe('flags', () => {
  it('read numbers within their bounds', () => {
    expect(wholeFlag('--seed', 0)('0')).toBe(0);
    expect(numberFlag('--temperature', { min: 0 })('1e-1')).toBe(0.1);
  });

  it.each([
    ['', '--epochs is "", expected a number.'],
    ['two', '--epochs is "two", expected a number.'],
    ['1.5', '--epochs is 1.5, expected a whole number at least 1'],
    ['0', '--epochs is 0, expected a whole number at least 1'],
    ['Infinity', '--epochs is Infinity, expected a whole number'],
  ])('refuse "%s"', (written, sentence) => {
    expect(() => wholeFlag('--epochs', 1)(written)).toThrow(sentence);
  });

  it('gather what is repeated, in order', () => {
    expect(gather('b=2', gather('a=1', undefined))).toEqual(['a=1', 'b=2']);
  });
});
