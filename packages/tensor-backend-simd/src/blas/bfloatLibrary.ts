import type { Product } from '../threads/thread';
import { asIs, rowMajor, transposed } from './cblas';
import type { Native } from './native';
import { onednnBfloatProduct } from './onednn';
import { packed, secondOperand } from './packedWeights';
import type { Processor } from './processor';
import { tryCall } from './tryCall';

/** Products of bfloat16 operands with sums of float32. */
export interface BfloatLibrary {
  /** As `Product`, of A and B in bfloat16. */
  readonly multiply: Product;
  /** Bytes of a B, packed for products of at most so many rows. */
  packedBytes(m: number, n: number, k: number): number;
  /** Packs the B at an offset of the shared memory, whose rows lie without gaps, to an address. */
  pack(transposeB: boolean, m: number, n: number, k: number, b: number, at: number): void;
  /** As `multiply` with A as it is, and B from the address that it was packed to. */
  readonly multiplyPacked: (
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    at: number,
    accumulate: boolean,
    c: number,
    ldc: number,
  ) => void;
}

/**
 * The name of the library that multiplies bfloat16 numbers fastest on a processor. On AMD, MKL computes them in
 * software.
 */
export function bfloatLibraryOf({ maker }: Pick<Processor, 'maker'>): 'mkl' | 'onednn' {
  return maker === 'intel' ? 'mkl' : 'onednn';
}

/** @throws Error where the library has no such products. */
export function bfloatLibrary(native: Native): BfloatLibrary {
  return tryCall(() => ofOnednn(native)) ?? ofMkl(native);
}

/** Whether a library has products of bfloat16. */
export function hasBfloat(native: Native): boolean {
  return tryCall(() => bfloatLibrary(native)) !== undefined;
}

/** @see Intel oneMKL, `cblas_gemm_bf16bf16f32`, `cblas_gemm_bf16bf16f32_pack`, `_compute` */
function ofMkl(native: Native): BfloatLibrary {
  const { base } = native;
  const name = 'cblas_gemm_bf16bf16f32';
  const shape = ['int', 'int', 'int', 'int', 'int', 'int'] as const;
  const product = [
    ...[...shape, 'float', 'uintptr_t', 'int', 'uintptr_t', 'int'],
    ...['float', 'uintptr_t', 'int'],
  ];
  const multiply = native.func(name, 'void', product);
  const size = native.func(`${name}_pack_get_size`, 'size_t', ['int', 'int', 'int', 'int']);
  const pack = native.func(`${name}_pack`, 'void', [...shape, 'uintptr_t', 'int', 'uintptr_t']);
  const compute = native.func(`${name}_compute`, 'void', product);
  return {
    multiply: (ta, tb, m, n, k, a, lda, b, ldb, accumulate, c, ldc) => {
      multiply(
        ...([rowMajor, orderOf(ta), orderOf(tb), m, n, k, 1, base + a, lda] as const),
        ...([base + b, ldb, accumulate ? 1 : 0, base + c, ldc] as const),
      );
    },
    packedBytes: (m, n, k) => Number(size(secondOperand, m, n, k)),
    pack: (tb, m, n, k, b, at) => {
      pack(rowMajor, secondOperand, orderOf(tb), m, n, k, base + b, tb ? k : n, at);
    },
    multiplyPacked: (tb, m, n, k, a, lda, at, accumulate, c, ldc) => {
      compute(
        ...([rowMajor, asIs, packed, m, n, k, 1, base + a, lda] as const),
        ...([at, tb ? k : n, accumulate ? 1 : 0, base + c, ldc] as const),
      );
    },
  };
}

/** oneDNN packs nothing for a caller: B is kept as it lies, so that it is converted once. */
function ofOnednn(native: Native): BfloatLibrary {
  const { base } = native;
  const multiply = onednnBfloatProduct(native);
  const copy = native.func('memcpy', 'void *', ['uintptr_t', 'uintptr_t', 'size_t']);
  const packedBytes = (_m: number, n: number, k: number): number => 2 * n * k;
  return {
    multiply,
    packedBytes,
    pack: (_tb, m, n, k, b, at) => {
      copy(at, base + b, packedBytes(m, n, k));
    },
    multiplyPacked: (tb, m, n, k, a, lda, at, accumulate, c, ldc) => {
      multiply(false, tb, m, n, k, a, lda, at - base, tb ? k : n, accumulate, c, ldc);
    },
  };
}

function orderOf(transpose: boolean): number {
  return transpose ? transposed : asIs;
}
