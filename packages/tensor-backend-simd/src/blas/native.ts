import { createRequire } from 'node:module';

type NativeFunction = (...values: (number | string | Uint8Array)[]) => unknown;

interface Koffi {
  load(path: string): Pick<Native, 'func'>;
  address(view: Float32Array | Uint8Array): bigint;
  decode(pointer: unknown, type: string, length: number): ArrayLike<number>;
}

/** An open library beside the shared memory. */
export interface Native {
  /** Binds a function. @throws Error where the library has none of that name. */
  func(name: string, result: string, values: readonly string[]): NativeFunction;
  /** The address of the shared memory's first byte. */
  readonly base: number;
  /** Where an array's bytes lie; as long as somebody holds it. */
  addressOf(bytes: Uint8Array): number;
  /** The integers that a function's result points to. */
  integersAt(pointer: unknown, count: number): number[];
}

/**
 * Opens a library.
 *
 * @throws Error of the loader when koffi or the library is missing.
 */
export function openNative(path: string, memory: Pick<WebAssembly.Memory, 'buffer'>): Native {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const library = koffi.load(path);
  return {
    func: (name, result, values) => library.func(name, result, values),
    base: Number(koffi.address(new Float32Array(memory.buffer))),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    integersAt: (pointer, count) => Array.from(koffi.decode(pointer, 'int', count)),
  };
}
