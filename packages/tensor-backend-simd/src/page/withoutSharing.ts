/** Sections and imports as numbered by the format. */
const importSection = 2;
const memoryImport = 2;
/** In the limits of a memory. */
const sharedFlag = 2;
const headerBytes = 8;

/**
 * A WebAssembly module whose imported memory is not shared, and that is the same otherwise: a runtime refuses to join a
 * memory that is shared and an import that is not, or the other way round.
 *
 * @param bytes  a module whose first import is its memory; not modified.
 * @see https://webassembly.github.io/spec/core/binary/modules.html#import-section
 */
export function withoutSharing(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = headerBytes;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length && bytes[at] !== importSection) {
    at += 1;
    const size = number();
    at += size;
  }
  at += 1;
  number(); // bytes of the section
  number(); // imports
  for (let names = 0; names < 2; names++) {
    const length = number();
    at += length;
  }
  if (bytes[at] !== memoryImport || ((bytes[at + 1] ?? 0) & sharedFlag) === 0) {
    throw new Error('withoutSharing: the first import of the module is no shared memory.');
  }
  const copy = Uint8Array.from(bytes);
  copy[at + 1] = (bytes[at + 1] ?? 0) & ~sharedFlag;
  return copy;
}
