import { expect, it } from 'vitest';
import { byteOrder, joinBytes, latin1, littleEndian, utf8Bytes } from './byteText';

it('takes text and numbers from bytes, wherever in a buffer they lie', () => {
  const bytes = Uint8Array.of(9, 9, 0x41, 0xe9, 4, 1, 2, 0, 0).subarray(2);
  expect(latin1(bytes, 0, 2)).toBe('Aé');
  expect(littleEndian(bytes).getInt32(3, true)).toBe(513);
  expect(joinBytes([utf8Bytes('é'), bytes.subarray(0, 1)])).toEqual(
    Uint8Array.of(0xc3, 0xa9, 0x41),
  );
});

it('sorts by bytes: capitals first, beginnings before longer words, no locale', () => {
  const sorted = ['', 'B', 'Ba', 'a', 'z', 'é', '\uffee', '\u{1f600}'];
  expect([...sorted].reverse().sort(byteOrder)).toEqual(sorted);
  expect(byteOrder('sil', 'sil')).toBe(0);
});
