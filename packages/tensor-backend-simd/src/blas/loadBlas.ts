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
  /** For functions that not every BLAS has. */
  readonly native: Native;
}

type NativeFunction = (...values: (number | string | Uint8Array)[]) => unknown;
interface Koffi {
  load(path: string): Pick<Native, 'func'>;
  address(view: Float32Array | Uint8Array): bigint;
}

/** An open library beside the shared memory. */
export interface Native {
  /** Binds a function. @throws Error where the library has none of that name. */
  func(name: string, result: string, values: readonly string[]): NativeFunction;
  /** The address of the shared memory's first byte. */
  readonly base: number;
  /** Where an array's bytes lie; as long as somebody holds it. */
  addressOf(bytes: Uint8Array): number;
}

/** CBLAS's numbers for the order of matrices and for what is done to them first. */
export const rowMajor = 101;
export const asIs = 111;
export const transposed = 112;

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

const sequentialLayer = 1;

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
  // MKL takes a layer of threads before its first call alone: this one has none, and needs no OpenMP.
  tryCall(() => library.func('MKL_Set_Threading_Layer', 'int', ['int'])(sequentialLayer));
  for (const name of threadSetters) {
    tryCall(() => library.func(named(name), 'void', ['int'])(1));
  }
  const description =
    tryCall(() => String(library.func(named('openblas_get_config'), 'const char *', [])())) ??
    tryCall(() => versionOfMkl(library));
  // Some builds keep the usual names for wide integers; they say so.
  const int = description?.includes('USE64BITINT') === true ? 'int64' : naming.integer;
  const sgemm = library.func(named('cblas_sgemm'), 'void', [
    ...['int', 'int', 'int', int, int, int],
    ...['float', 'uintptr_t', int, 'uintptr_t', int, 'float', 'uintptr_t', int],
  ]);
  const base = Number(koffi.address(new Float32Array(memory.buffer)));
  const native: Native = {
    func: (name, result, values) => library.func(name, result, values),
    base,
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };

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
  return { product, description: description ?? source.path, native };
}

function versionOfMkl(library: Pick<Native, 'func'>): string {
  const text = new Uint8Array(256);
  library.func('MKL_Get_Version_String', 'void', ['void *', 'int'])(text, text.length - 1);
  const end = text.indexOf(0);
  return new TextDecoder().decode(text.subarray(0, end)).trim();
}

function tryCall<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
