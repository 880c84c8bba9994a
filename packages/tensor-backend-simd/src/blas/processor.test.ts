import { expect, test } from 'vitest';
import { readProcessor } from './processor';

const xeon = 'Intel(R) Xeon(R) Processor';

test('the maker follows from the name, bfloat16 from the flags', () => {
  expect(readProcessor(xeon, 'flags\t\t: fpu avx512_bf16 amx_bf16\n')).toEqual({
    maker: 'intel',
    bfloat16: true,
  });
  expect(readProcessor('AMD EPYC 9R14', 'x\nflags\t\t: fpu avx512_bf16\n').bfloat16).toBe(true);
  expect(readProcessor('AMD EPYC 7R13', 'flags\t\t: fpu avx2 avx512_bf16x\n')).toEqual({
    maker: 'amd',
    bfloat16: false,
  });
  expect(readProcessor('Apple M3', '')).toEqual({ maker: 'other', bfloat16: false });
});
