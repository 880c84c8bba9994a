import { existsSync } from 'node:fs';
import type { BlasSource } from './loadBlas';
import { loadBlas } from './loadBlas';

/** Libraries by preference: names for the dynamic loader first, then usual places. */
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
  win32: [
    { name: 'openblas', path: 'libopenblas.dll' },
    { name: 'openblas', path: 'openblas.dll' },
    { name: 'mkl', path: 'mkl_rt.2.dll' },
  ],
};

/** The outcome of looking for a BLAS: the one found, or why there is none. */
export interface BlasSearch {
  readonly blas: (BlasSource & { readonly description: string }) | null;
  /** Why `blas` is null; empty otherwise. */
  readonly reason: string;
}

/**
 * Looks for a BLAS with a CBLAS interface: the one that `BNRNN_BLAS` names (`none` for no BLAS), else
 * OpenBLAS, MKL, BLIS or Accelerate in their usual places. Only OpenBLAS is tested.
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
    if (source.path.startsWith('/') && !existsSync(source.path)) {
      if (source.path === wanted) reasons.push(`${wanted}: does not exist`);
      continue;
    }
    try {
      const { description } = loadBlas(source, memory);
      return { blas: { ...source, description }, reason: '' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reasons.push(`${source.path}: ${message.split('\n', 1).join()}`);
    }
  }
  return { blas: null, reason: reasons[0] ?? `no BLAS is known for ${process.platform}` };
}

function wantedName(path: string): string {
  return (
    ['openblas', 'mkl', 'blis', 'accelerate'].find((name) => path.toLowerCase().includes(name)) ??
    'blas'
  );
}
