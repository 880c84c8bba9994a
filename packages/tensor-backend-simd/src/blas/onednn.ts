import type { Product } from '../threads/thread';
import type { Native } from './native';
import { tryCall } from './tryCall';

const normal = 'N'.charCodeAt(0);
const transposed = 'T'.charCodeAt(0);

/** The runtimes of oneDNN's threads that can be held to one thread: none, and OpenMP. */
const sequential = 1;
const openmp = 2;

/**
 * The product of float32 through oneDNN, and its version; undefined where the library is another one.
 *
 * @throws Error where its threads are TBB's or SYCL's, which cannot be held to one.
 * @see oneDNN, `dnnl_sgemm`: matrices are row-major
 */
export function onednnProduct(
  native: Native,
): { product: Product; description: string } | undefined {
  const multiply = tryCall(() => onednnGemm(native, 'dnnl_sgemm'));
  if (multiply === undefined) return undefined;
  const version = native.func('dnnl_version', 'const void *', [])();
  const [major, minor, patch, , , , runtime] = native.integersAt(version, 7);
  if (runtime === openmp) native.func('omp_set_num_threads', 'void', ['int'])(1);
  else if (runtime !== sequential) {
    throw new Error(
      'this build of oneDNN has its threads from TBB or SYCL; one with OpenMP is needed',
    );
  }
  const isa = tryCall(() => Number(native.func('dnnl_get_effective_cpu_isa', 'int', [])()));
  const instructions = isa === undefined ? '' : `, instructions 0x${isa.toString(16)}`;
  return { product: multiply, description: `oneDNN ${major}.${minor}.${patch}${instructions}` };
}

/**
 * The product of bfloat16 operands with sums of float32. oneDNN exports it, and its header does not list it.
 *
 * @throws Error where the library has none.
 */
export function onednnBfloatProduct(native: Native): Product {
  return onednnGemm(native, 'dnnl_gemm_bf16bf16f32');
}

/** Both products take the same values. Offsets are those of the shared memory. */
function onednnGemm(native: Pick<Native, 'func' | 'base'>, name: string): Product {
  const gemm = native.func(name, 'int', [
    ...['char', 'char', 'int64', 'int64', 'int64', 'float'],
    ...['uintptr_t', 'int64', 'uintptr_t', 'int64', 'float', 'uintptr_t', 'int64'],
  ]);
  const { base } = native;
  return (ta, tb, m, n, k, a, lda, b, ldb, accumulate, c, ldc) => {
    const status = gemm(
      ...([ta ? transposed : normal, tb ? transposed : normal, m, n, k, 1] as const),
      ...([base + a, lda, base + b, ldb, accumulate ? 1 : 0, base + c, ldc] as const),
    );
    if (status !== 0) throw new Error(`oneDNN: ${name} ended with status ${String(status)}`);
  };
}
