import type { Product, StepOperands, StepProduct } from '../threads/thread';
import { asIs, rowMajor, transposed } from './cblas';
import type { Native } from './native';
import { nativeRoom } from './nativeRoom';
import { wholeProducts } from './panels';

/** With more rows, MKL's own packing of the weights costs little (no gain at 280 and 320 rows of the softmax layer). */
const mostRows = 64;

/** MKL's names for an operand that was packed, and for the second operand of a product. */
export const packed = 151;
export const secondOperand = 162;

/**
 * The products of a scan's steps through MKL: it packs the weights once, in an order of its own.
 *
 * Beside products of the weights as they lie (32 rows, 20 steps, one thread, MKL 2026.2 on a Xeon with AVX-512, the
 * packing included): 1.2 to 1.5 times the speed backward (B transposed) at 200 to 650 units, the same at 1,500.
 * Forward it gained 0.75 to 1.2, so that only transposed weights are packed.
 *
 * @see Intel oneMKL, `cblas_?gemm_pack`, `cblas_?gemm_compute`
 */
export function packedWeights(
  native: Native,
  product: Product,
): (operands: StepOperands) => StepProduct {
  const int = ['int', 'int', 'int'] as const;
  const size = native.func('cblas_sgemm_pack_get_size', 'size_t', ['int', ...int]);
  const pack = native.func('cblas_sgemm_pack', 'void', [
    ...['int', 'int', 'int', ...int, 'float'],
    ...['uintptr_t', 'int', 'uintptr_t'],
  ]);
  const compute = native.func('cblas_sgemm_compute', 'void', [
    ...['int', 'int', 'int', ...int],
    ...['uintptr_t', 'int', 'uintptr_t', 'int', 'float', 'uintptr_t', 'int'],
  ]);
  const room = nativeRoom(native);
  const whole = wholeProducts(product);
  return (operands) => {
    const { transposeB, m, n, k, blocks, ldb, accumulate } = operands;
    if (!transposeB || m > mostRows) return whole(operands);
    const starts = room(blocks.map(() => Number(size(secondOperand, m, n, k))));
    const weights = blocks.map(({ b, out }, index) => ({ at: starts[index] as number, b, out }));
    for (const { at, b } of weights) {
      pack(rowMajor, secondOperand, transposed, m, n, k, 1, native.base + b, ldb, at);
    }
    return (a, lda, c, ldc, rows = m) => {
      const [ofA, ofC] = [native.base + a, native.base + c];
      for (const { at, out } of weights) {
        compute(
          ...([rowMajor, asIs, packed, rows, n, k, ofA, lda, at, ldb] as const),
          ...([accumulate ? 1 : 0, ofC + out, ldc] as const),
        );
      }
    };
  };
}
