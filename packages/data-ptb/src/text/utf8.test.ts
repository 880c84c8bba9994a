import { describe, expect, it } from 'vitest';
import { firstInvalidByte, wideEncodingOf } from './utf8';

it.each([
  ['all of it', Buffer.from('aé€💡\ufeff'), 13],
  ['a lone Latin-1 letter', Buffer.from('caf\xe9 au', 'latin1'), 3],
  ['a continuation without a begin', Buffer.of(0x61, 0x80), 1],
  ['an overlong slash', Buffer.of(0xc0, 0xaf), 0],
  ['a surrogate', Buffer.of(0x61, 0xed, 0xa0, 0x80), 1],
  ['a begin at the end', Buffer.of(0x61, 0xe2, 0x82), 1],
  ['a code above Unicode', Buffer.of(0xf4, 0x90, 0x80, 0x80), 0],
])('finds the first byte that is not UTF-8: %s', (_, bytes, place) => {
  expect(firstInvalidByte(bytes)).toBe(place);
});

describe('the encoding that a text shows', () => {
  const text = 'The cat sat on the mat.\nIt was a dog, they said.\n';
  const wide = Uint8Array.from(Array.from(text, (c) => [c.charCodeAt(0), 0, 0, 0]).flat());
  it.each([
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['UTF-16BE', Buffer.from(text, 'utf16le').swap16()],
    ['UTF-16LE', Buffer.from('\ufeff東京\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('\ufeff東京\n', 'utf16le').swap16()],
    ['UTF-32LE', wide],
    ['UTF-32BE', Uint8Array.from(wide).reverse()],
    [undefined, Buffer.from(text)],
    [undefined, Buffer.from(`${text}\0${text}`)],
    [undefined, new Uint8Array(0)],
  ])('%s', (encoding, bytes) => {
    expect(wideEncodingOf(bytes)).toBe(encoding);
  });
});
