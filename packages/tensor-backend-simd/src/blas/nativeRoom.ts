import type { Native } from './native';

/** Libraries want what they packed at such addresses. */
const alignment = 64;

/**
 * Memory outside of the shared one, for what a library packs: it asks for megabytes and touches a part of them. One
 * room for a thread: with each call, what was handed out before may be overwritten.
 *
 * @returns a function of sizes in bytes that gives an address for each.
 */
export function nativeRoom(native: Native): (sizes: readonly number[]) => number[] {
  let bytes = new Uint8Array(0);
  return (sizes) => {
    const lengths = sizes.map((size) => Math.ceil(size / alignment) * alignment);
    const total = lengths.reduce((sum, length) => sum + length, alignment);
    if (bytes.length < total) bytes = new Uint8Array(total);
    let at = Math.ceil(native.addressOf(bytes) / alignment) * alignment;
    return lengths.map((length) => {
      const start = at;
      at += length;
      return start;
    });
  };
}
