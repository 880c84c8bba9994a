import { describe, expect, it } from 'vitest';
import { escapeUnseen } from './escapeUnseen';

/** Every code point from `first` to `last`. */
function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
}

describe('escapeUnseen', () => {
  it('writes controls and what reorders or hides text as escapes', () => {
    expect(escapeUnseen('\u001b[31mred\u001b[0m\u009b2J')).toBe(
      '\\u001b[31mred\\u001b[0m\\u009b2J',
    );
    expect(escapeUnseen('a\u202egnp.exe\u2069\n\tb\u007f')).toBe(
      'a\\u202egnp.exe\\u2069\\u000a\\u0009b\\u007f',
    );
    expect(escapeUnseen('\u{e0041}\ud800')).toBe('\\udb40\\udc41\\ud800');
  });

  it.each([
    ['C0', range(0x00, 0x1f)],
    ['DEL and C1', range(0x7f, 0x9f)],
    ['bidirectional', [...range(0x202a, 0x202e), ...range(0x2066, 0x2069), '\u061c']],
    ['marks, joiners, zero width', [...range(0x200b, 0x200f), '\u2060', '\ufeff', '\u00ad']],
    ['separators and annotations', ['\u2028', '\u2029', ...range(0xfff9, 0xfffb)]],
    ['fillers', ['\u034f', '\u115f', '\u3164', '\uffa0', '\u180e']],
    ['tags', range(0xe0001, 0xe007f)],
  ])('%s', (_, characters) => {
    for (const character of characters) {
      const escaped = escapeUnseen(`a${character}b`);
      expect(escaped).toMatch(/^a(\\u[0-9a-f]{4})+b$/);
      expect(JSON.parse(`"${escaped}"`)).toBe(`a${character}b`);
    }
  });

  it('keeps what is seen', () => {
    const seen = 'ptb-small ± W·x ━─ "q" \\u001b ä é 日本語 العربية עברית हिन्दी 😀 a\u00a0b';
    expect(escapeUnseen(seen)).toBe(seen);
  });

  it('keeps the value of a line of JSON, and changes nothing the second time', () => {
    const value = { 'key\u009b': '\u001b]0;title\u0007\u202e\nnext \\ "quoted"' };
    const line = escapeUnseen(JSON.stringify(value));
    expect(line).toMatch(/^[ -~]*$/);
    expect(JSON.parse(line)).toEqual(value);
    expect(escapeUnseen(line)).toBe(line);
  });
});
