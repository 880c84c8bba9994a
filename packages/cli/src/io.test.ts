import { describe, expect, it } from 'vitest';
import { linesOf, shownOn } from './io';

describe('linesOf', () => {
  it('gives the lines of a text, blank ones too, without a last empty one', () => {
    expect(linesOf('a\n\nb\n')).toEqual(['a', '', 'b']);
  });
});

describe('data', () => {
  const text = 'k\u001b[2J  [\n  1 ]\n';

  it('go as they are where no terminal reads them', () => {
    expect(shownOn({}, text)).toBe(text);
    const bytes = Uint8Array.of(27, 10);
    expect(shownOn({ isTTY: true }, bytes)).toBe(bytes);
  });

  it('are escaped for a terminal, lines kept', () => {
    expect(shownOn({ isTTY: true }, text)).toBe('k\\u001b[2J  [\n  1 ]\n');
  });
});
