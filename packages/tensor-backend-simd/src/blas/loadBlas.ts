import { createRequire } from 'node:module';
import type { Product } from '../threads/thread';

/** Where a BLAS is and what it is; can be posted to a worker. */
export interface BlasSource {
  /** `openblas`, `mkl`, `blis` or `accelerate`. */
  readonly name: string;
  /** What the dynamic loader is given. */
  readonly path: string;
}

export interface Blas {
  readonly product: Product;
  /** The library's own description, where it has one. */
  readonly description: string;
}

type NativeFunction = (...values: (number | string)[]) => unknown;
interface Koffi {
  load(path: string): { func(name: string, result: string, values: string[]): NativeFunction };
  address(view: Float32Array): bigint;
}

const rowMajor = 101;
const asIs = 111;
const transposed = 112;

/** How a library names its functions, and how wide the integers are that they take. */
interface Naming {
  readonly prefix: string;
  readonly suffix: string;
  readonly integer: 'int' | 'int64';
}

/** OpenBLAS with 64-bit integers ends its names in `64_`; the library inside SciPy's and NumPy's wheels has a prefix. */
const namings: readonly Naming[] = [
  { prefix: '', suffix: '', integer: 'int' },
  { prefix: '', suffix: '64_', integer: 'int64' },
  { prefix: 'scipy_', suffix: '', integer: 'int' },
  { prefix: 'scipy_', suffix: '64_', integer: 'int64' },
];

/** The names under which libraries let their thread count be set; each thread here runs its own call. */
const threadSetters = [
  'openblas_set_num_threads',
  'MKL_Set_Num_Threads',
  'bli_thread_set_num_threads',
];

/**
 * Opens a BLAS and binds its matrix product to the shared memory.
 *
 * Byte offsets become addresses by adding the memory's base: no view is made and nothing is copied.
 *
 * @throws Error of the loader when koffi or the library is missing, or the library has no `cblas_sgemm`.
 */
export function loadBlas(source: BlasSource, memory: Pick<WebAssembly.Memory, 'buffer'>): Blas {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const library = koffi.load(source.path);
  const naming = namings.find(({ prefix, suffix }) =>
    tryCall(() => library.func(`${prefix}cblas_sgemm${suffix}`, 'void', [])),
  );
  if (naming === undefined) {
    throw new Error('it has no cblas_sgemm, nor under a name with 64_ or scipy_');
  }
  const named = (name: string): string => `${naming.prefix}${name}${naming.suffix}`;
  const description = tryCall(() =>
    String(library.func(named('openblas_get_config'), 'const char *', [])()),
  );
  // Some builds keep the usual names for wide integers; they say so.
  const int = description?.includes('USE64BITINT') === true ? 'int64' : naming.integer;
  const sgemm = library.func(named('cblas_sgemm'), 'void', [
    ...['int', 'int', 'int', int, int, int],
    ...['float', 'uintptr_t', int, 'uintptr_t', int, 'float', 'uintptr_t', int],
  ]);
  for (const name of threadSetters) {
    tryCall(() => library.func(named(name), 'void', ['int'])(1));
  }
  const base = Number(koffi.address(new Float32Array(memory.buffer)));

  const product: Product = (
    transposeA,
    transposeB,
    m,
    n,
    k,
    a,
    lda,
    b,
    ldb,
    accumulate,
    c,
    ldc,
  ) => {
    sgemm(
      rowMajor,
      transposeA ? transposed : asIs,
      transposeB ? transposed : asIs,
      m,
      n,
      k,
      1,
      base + a,
      lda,
      base + b,
      ldb,
      accumulate ? 1 : 0,
      base + c,
      ldc,
    );
  };
  return { product, description: description ?? source.path };
}

function tryCall<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
