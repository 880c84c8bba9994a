import type { Product } from '../threads/thread';
import { cblasProduct } from './cblas';
import { openNative, type Native } from './native';
import { onednnProduct } from './onednn';

/** Where a BLAS is and what it is; can be posted to a worker. */
export interface BlasSource {
  /** `openblas`, `onednn`, `mkl`, `blis` or `accelerate`. */
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

/**
 * Opens a BLAS or oneDNN, and binds its matrix product to the shared memory.
 *
 * Byte offsets become addresses by adding the memory's base: no view is made and nothing is copied.
 *
 * @throws Error of the loader when koffi or the library is missing, or the library has no product of float32.
 */
export function loadBlas(source: BlasSource, memory: Pick<WebAssembly.Memory, 'buffer'>): Blas {
  const native = openNative(source.path, memory);
  const { product, description } = onednnProduct(native) ?? cblasProduct(native);
  return { product, description: description ?? source.path, native };
}
