import { existsSync } from 'node:fs';
import { isAbsolute, win32 } from 'node:path';
import { checkProduct } from './checkProduct';
import type { Blas, BlasSource } from './loadBlas';
import { loadBlas } from './loadBlas';
import { missingEnd } from './truncatedElf';

/**
 * Libraries by preference: on Linux names for the dynamic loader first, then usual places. Windows would look for a
 * name in the working directory too: there only whole paths, below what its installers set.
 */
const candidates: Readonly<Record<string, readonly BlasSource[]>> = {
  linux: [
    { name: 'openblas', path: 'libopenblas.so.0' },
    { name: 'openblas', path: 'libopenblas.so' },
    { name: 'openblas', path: '/opt/OpenBLAS/lib/libopenblas.so' },
    { name: 'mkl', path: 'libmkl_rt.so.2' },
    { name: 'mkl', path: 'libmkl_rt.so' },
    { name: 'mkl', path: '/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so.2' },
    { name: 'blis', path: 'libblis.so.4' },
    { name: 'blis', path: 'libblis.so' },
  ],
  darwin: [
    { name: 'openblas', path: '/opt/homebrew/opt/openblas/lib/libopenblas.dylib' },
    { name: 'openblas', path: '/usr/local/opt/openblas/lib/libopenblas.dylib' },
    {
      name: 'accelerate',
      path: '/System/Library/Frameworks/Accelerate.framework/Versions/Current/Accelerate',
    },
  ],
  win32: placesOnWindows(process.env),
};

export function placesOnWindows(env: NodeJS.ProcessEnv): BlasSource[] {
  const below = (variable: string, name: string, ...parts: string[]): BlasSource[] => {
    const folder = env[variable] ?? '';
    return win32.isAbsolute(folder) ? [{ name, path: win32.join(folder, ...parts) }] : [];
  };
  return [
    ...below('CONDA_PREFIX', 'openblas', 'Library', 'bin', 'openblas.dll'),
    ...below('CONDA_PREFIX', 'mkl', 'Library', 'bin', 'mkl_rt.2.dll'),
    ...below('MKLROOT', 'mkl', 'bin', 'mkl_rt.2.dll'),
    ...below('MKLROOT', 'mkl', 'redist', 'intel64', 'mkl_rt.2.dll'),
    ...below('ProgramFiles(x86)', 'mkl', 'Intel', 'oneAPI', 'mkl', 'latest', 'bin', 'mkl_rt.2.dll'),
  ];
}

/** The outcome of looking for a BLAS: the one found, or why there is none. */
export interface BlasSearch {
  readonly blas: (BlasSource & { readonly description: string }) | null;
  /** Why `blas` is null; empty otherwise. */
  readonly reason: string;
}

/**
 * Looks for a BLAS with a CBLAS interface: the one that `BNRNN_BLAS` names (`none` for no BLAS), else
 * OpenBLAS, MKL, BLIS or Accelerate in their usual places. Only OpenBLAS is tested. A library whose file is cut
 * short, or whose product of known numbers is wrong, is refused.
 */
export function findBlas(
  memory: WebAssembly.Memory,
  wanted: string | undefined = process.env['BNRNN_BLAS'],
): BlasSearch {
  if (wanted === 'none') return { blas: null, reason: 'BNRNN_BLAS=none' };
  const list =
    wanted === undefined || wanted === ''
      ? (candidates[process.platform] ?? [])
      : [{ name: wantedName(wanted), path: wanted }];
  const reasons: string[] = [];
  for (const source of list) {
    if (isAbsolute(source.path) && !existsSync(source.path)) {
      if (source.path === wanted) reasons.push(`${wanted}: does not exist`);
      continue;
    }
    try {
      const { description } = checked(source, memory);
      return { blas: { ...source, description }, reason: '' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reasons.push(`${source.path}: ${message.split('\n', 1).join()}`);
    }
  }
  return { blas: null, reason: reasons[0] ?? `no BLAS is known for ${process.platform}` };
}

/** Opens a library that computes rightly. @throws Error saying what is wrong with it. */
function checked(source: BlasSource, memory: WebAssembly.Memory): Pick<Blas, 'description'> {
  if (process.platform === 'win32' && !isAbsolute(source.path)) {
    throw new Error('it is no whole path, and Windows would look in the working directory too');
  }
  const lack = process.platform === 'linux' ? missingEnd(source.path) : undefined;
  if (lack !== undefined) throw new Error(`it is cut short: ${lack}`);
  const numbers = new Float32Array(16_384);
  const wrong = checkProduct(loadBlas(source, numbers).product, numbers);
  if (wrong !== undefined) throw new Error(wrong);
  return loadBlas(source, memory);
}

function wantedName(path: string): string {
  return (
    ['openblas', 'mkl', 'blis', 'accelerate'].find((name) => path.toLowerCase().includes(name)) ??
    'blas'
  );
}
