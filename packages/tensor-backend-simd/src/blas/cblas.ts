import type { Product } from '../threads/thread';
import type { Native } from './native';
import { tryCall } from './tryCall';

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

/** The product of a library with the interface of CBLAS. @throws Error where it has none. */
export function cblasProduct(library: Native): {
  product: Product;
  description: string | undefined;
} {
  const naming = namings.find(({ prefix, suffix }) =>
    tryCall(() => library.func(`${prefix}cblas_sgemm${suffix}`, 'void', [])),
  );
  if (naming === undefined) {
    throw new Error(
      'it has no cblas_sgemm, nor under a name with 64_ or scipy_, and no dnnl_sgemm',
    );
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
  const { base } = library;
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
  return { product, description };
}

function versionOfMkl(library: Pick<Native, 'func'>): string {
  const text = new Uint8Array(256);
  library.func('MKL_Get_Version_String', 'void', ['void *', 'int'])(text, text.length - 1);
  const end = text.indexOf(0);
  return new TextDecoder().decode(text.subarray(0, end)).trim();
}
