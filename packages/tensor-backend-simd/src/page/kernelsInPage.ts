import { withoutSharing } from './withoutSharing';

/** A module of one function that swizzles bytes in relaxed SIMD: it is valid where the browser knows these instructions. */
const relaxedSimd = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0],
  ...[65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
);

/**
 * The kernels for this browser: with the fused multiply-add of relaxed SIMD where it knows it, and over a memory that
 * is not shared where a page may share none.
 */
export async function kernelsInPage(shared: boolean): Promise<WebAssembly.Module> {
  const { default: base64 } = WebAssembly.validate(relaxedSimd)
    ? await import('../../dist/kernels.relaxed.wasm')
    : await import('../../dist/kernels.wasm');
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return WebAssembly.compile(shared ? bytes : withoutSharing(bytes));
}
