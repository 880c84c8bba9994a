/**
 * The types of a text by their bytes: each has the id of its first appearance.
 *
 * A token is looked up as it lies in the file, so that a string is made once a type, not once a token.
 */
export class TypeTable {
  readonly names: string[] = [];
  /** For each slot the id that is there plus 1, or 0. */
  #slots = new Int32Array(1 << 12);
  readonly #hashes: number[] = [];
  /** Where the bytes of each id begin in `#bytes`; one more for the end. */
  readonly #starts: number[] = [0];
  #bytes = new Uint8Array(1 << 16);

  /** The id of the type that is written with these bytes, −1 where there is none yet. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = (this.#slots[slot] as number) - 1;
      if (id === -1) return -1;
      if (this.#hashes[id] === hash && this.#isAt(id, bytes, start, end)) return id;
    }
  }

  /** Adds a type that is not there yet and returns its id. */
  add(bytes: Uint8Array, name: string): number {
    const id = this.names.length;
    this.names.push(name);
    this.#hashes.push(hashOf(bytes, 0, bytes.length));
    const start = this.#starts[id] as number;
    const end = start + bytes.length;
    this.#starts.push(end);
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, end);
    this.#bytes.set(bytes, start);
    if (2 * this.names.length > this.#slots.length) this.#rehash(2 * this.#slots.length);
    else this.#place(id);
    return id;
  }

  #isAt(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[id] as number;
    if ((this.#starts[id + 1] as number) - from !== end - start) return false;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== this.#bytes[from + i - start]) return false;
    }
    return true;
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    for (let id = 0; id < this.names.length; id++) this.#place(id);
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[id] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id + 1;
  }
}

/** FNV-1a, folded so that its low bits hold the others too. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** A copy with room for `length` bytes and as much again. */
export function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * length);
  larger.set(bytes);
  return larger;
}
