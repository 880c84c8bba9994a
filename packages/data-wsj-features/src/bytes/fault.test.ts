import { DataError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { fault, printable } from './fault';

describe('fault', () => {
  it.each([
    [{ file: 'a.ark' }, 'a.ark: is empty.'],
    [{ file: 'a.ark', offset: 0 }, 'a.ark, byte 0: is empty.'],
    [{ file: 'a.ark', key: 'k', offset: 12 }, 'a.ark, key k, byte 12: is empty.'],
    [{ file: 'a.ark', key: '' }, 'a.ark: is empty.'],
    [{ file: 'a.ark', key: 'a\nb' }, 'a.ark, key a\\u000ab: is empty.'],
  ])('names the place: %j', (place, message) => {
    const error = fault(place, 'is empty.', { hint: 'Fill it.' });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(message);
    expect(error.hint).toBe('Fill it.');
  });
});

describe('printable', () => {
  it('escapes what would harm a terminal and keeps what reads', () => {
    expect(printable('tab\t bell\u0007 esc\u001b[31m')).toBe(
      'tab\\u0009 bell\\u0007 esc\\u001b[31m',
    );
    expect(printable('日本 ä')).toBe('日本 ä');
    expect(printable('\u{1f600} \u202e')).toBe('\u{1f600} \\u202e');
  });

  it('cuts what is too long', () => {
    expect(printable('x'.repeat(40))).toBe('x'.repeat(40));
    expect(printable('x'.repeat(41))).toBe(`${'x'.repeat(37)}...`);
    expect(printable('abcdef', 5)).toBe('ab...');
  });
});
