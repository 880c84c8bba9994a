import { expect, it } from 'vitest';
import { threefry2x32 } from './threefry';

/** The known-answer vectors that Random123 publishes for `threefry2x32 20`: counter, key, result. */
const known = [
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
] as const;

it.each(known)('gives the published answer for counter %j under key %j', (counter, key, answer) => {
  const out = new Uint32Array(2);
  threefry2x32(key[0], key[1], counter[0], counter[1], out);
  expect([...out]).toEqual([...answer]);
});

it('writes two words at the offset and leaves the others', () => {
  const out = Uint32Array.of(7, 7, 7, 7, 7);
  threefry2x32(0, 0, 0, 0, out, 2);
  expect([...out]).toEqual([7, 7, 0x6b200159, 0x99ba4efe, 7]);
});

it('takes signed and unsigned words of the same bits alike', () => {
  const unsigned = new Uint32Array(2);
  const signed = new Uint32Array(2);
  threefry2x32(0x85a308d3, 0xffffffff, 0x9b05688c, 0x80000000, unsigned);
  threefry2x32(0x85a308d3 | 0, -1, 0x9b05688c | 0, 0x80000000 | 0, signed);
  expect([...signed]).toEqual([...unsigned]);
});
