import type { Kernels } from './kernels';

/**
 * C = op(A) · op(B), or C += where `accumulate`, on row-major float32 matrices of the shared memory,
 * where op transposes when asked: op(A) is [m, k], op(B) is [k, n], C is [m, n]. `a`, `b`, `c` are byte
 * offsets; leading dimensions are in elements.
 */
export type Product = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  accumulate: boolean,
  c: number,
  ldc: number,
) => void;

/**
 * Products whose B stay while A and C move on, such as those of a scan's steps: as `Product`, from the same operands.
 *
 * @param rows  of A and C, at most `m`; `m` when absent.
 */
export type StepProduct = (a: number, lda: number, c: number, ldc: number, rows?: number) => void;

/** What is the same in each step of a scan, and in each block of rows of the softmax layer. */
export interface StepOperands {
  readonly transposeB: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Each B, as a byte offset, and by how many bytes its product lies behind the first byte of C. */
  readonly blocks: readonly { readonly b: number; readonly out: number }[];
  readonly ldb: number;
  readonly accumulate: boolean;
  /** Where each B may be copied in another order: k · (n rounded up to 4) numbers; 0 where a copy would not pay. */
  readonly room: number;
}

/** The matrix products of a thread, each single-threaded: a program splits them itself. */
export interface ThreadProducts {
  readonly product: Product;
  /** Prepares the products of a scan's steps; those that were prepared before are no longer valid. */
  readonly stepProduct: (operands: StepOperands) => StepProduct;
  /** As `product`, of A and B that are bfloat16 already; only where products are in bfloat16. */
  readonly bfloatProduct?: Product;
}

/** What a program sees of the thread it runs on. Every thread runs the same program on its part. */
export interface Thread extends ThreadProducts {
  readonly part: number;
  readonly parts: number;
  readonly kernels: Kernels;
  /** The whole shared memory. */
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  /** Returns when every thread has called it. */
  barrier(): void;
  /** The half of an even number of threads to which this one belongs, as if there were no other. */
  readonly half?: { readonly which: 0 | 1; readonly thread: Thread };
}

/** The half-open range of `count` things that belongs to this thread, cut at multiples of `step`. */
export function ownRange(thread: Thread, count: number, step = 1): [start: number, end: number] {
  const pieces = Math.ceil(count / step);
  const start = Math.floor((pieces * thread.part) / thread.parts) * step;
  const end = Math.floor((pieces * (thread.part + 1)) / thread.parts) * step;
  return [start, Math.min(end, count)];
}
