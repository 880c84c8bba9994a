import { expect, test } from 'vitest';
import { reserveProblem } from './reserveProblem';

const fourGiB = { initial: 65_536, maximum: 65_536, shared: true };
const error = new RangeError('WebAssembly.Memory(): could not allocate memory');

test('a limit of the address space is named with what helps under it', () => {
  expect(reserveProblem(fourGiB, error, 4_096_000_000)).toEqual({
    reason:
      'No WebAssembly memory of 4,096 MiB can be reserved: the address space of this process is limited to 3,906 MiB (ulimit -v).',
    fix: 'Raise the limit (ulimit -v unlimited), or run Node with --disable-wasm-trap-handler and BNRNN_MEMORY_MIB=832, which needs less of it.',
  });
  expect(reserveProblem(fourGiB, error, 8 * 2 ** 30).fix).toContain('--disable-wasm-trap-handler,');
});

test('advises no memory where none would be left', () => {
  expect(reserveProblem(fourGiB, error, 2 ** 31).fix).toBe(
    'Raise the limit (ulimit -v unlimited), or take the backend "cpu".',
  );
});

test('without a limit it says what the runtime says', () => {
  expect(reserveProblem(fourGiB, error, Infinity).reason).toBe(
    'No WebAssembly memory of 4,096 MiB can be reserved: WebAssembly.Memory(): could not allocate memory.',
  );
});
