import type { ByteSource } from './byteSource';
import { joinBytes, latin1 } from './byteText';
import { fault, type Place } from './fault';

/** Never held for one entry of a gzipped file or a command, whose sizes no file length can vouch for. */
const mostUnpacked = 2 ** 29;
/** What some editors put before UTF-8 text; no key, token or number begins with it. */
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Whether a byte is white space, as Kaldi sees it. */
export const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

/**
 * Reads a source from a position on, through a buffer of one chunk. Sizes that a file states are checked against
 * what is left of it before anything of that size is allocated; where only unpacking tells what is left, memory
 * grows with what really came.
 */
export class ByteCursor {
  #buffer: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;
  /** The position in the source of the byte behind the buffer. */
  #next: number;
  /** The key of the entry that is being read, for errors. */
  key: string | undefined;

  constructor(
    readonly source: ByteSource,
    position = 0,
    chunk = 1 << 16,
  ) {
    this.#next = position;
    this.#buffer = new Uint8Array(chunk);
  }

  get position(): number {
    return this.#next - (this.#end - this.#start);
  }

  /** The place of the next byte, or of one read before. */
  place(offset = this.position): Place {
    return { file: this.source.path, key: this.key, offset };
  }

  /** Moves to a position; costs nothing while it lies in the buffer. */
  seek(position: number): void {
    const forward = position - this.position;
    if (forward >= 0 && forward <= this.#end - this.#start) {
      this.#start += forward;
    } else {
      this.#start = this.#end = 0;
      this.#next = position;
    }
  }

  /** Fills the buffer until `count` bytes (at most a chunk) are in it; false when the source ends before. */
  async fill(count: number): Promise<boolean> {
    while (this.#end - this.#start < count) {
      if (this.#buffer.length - this.#start < count || this.#start === this.#end) {
        this.#buffer.copyWithin(0, this.#start, this.#end);
        this.#end -= this.#start;
        this.#start = 0;
      }
      const read = await this.source.read(this.#next, this.#buffer.subarray(this.#end));
      if (read === 0) return false;
      this.#end += read;
      this.#next += read;
    }
    return true;
  }

  /** At the start of a source: moves over a byte order mark of UTF-8, where there is one. */
  async skipByteOrderMark(): Promise<void> {
    if (this.position !== 0) return;
    for (const [i, byte] of byteOrderMark.entries()) {
      if ((await this.peek(i)) !== byte) return;
    }
    await this.take(byteOrderMark.length, 'a byte order mark');
  }

  /** The next byte, or one a little further, without moving on; -1 at the end. */
  async peek(ahead = 0): Promise<number> {
    return (await this.fill(ahead + 1)) ? (this.#buffer[this.#start + ahead] ?? -1) : -1;
  }

  /** The next `count` bytes (at most a chunk), good until the cursor moves again. */
  async take(count: number, what: string): Promise<Uint8Array> {
    if (!(await this.fill(count))) throw this.#endsEarly(what);
    this.#start += count;
    return this.#buffer.subarray(this.#start - count, this.#start);
  }

  /** The next `count` bytes, good until the cursor moves again; a copy only where a chunk does not hold them. */
  async view(count: number, what: string): Promise<Uint8Array> {
    this.expectLeft(count, what);
    return count <= this.#buffer.length ? this.take(count, what) : this.payload(count, what);
  }

  /** A copy of the next `count` bytes in an array buffer of their own. */
  async payload(count: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    this.expectLeft(count, what);
    let bytes = new Uint8Array(this.source.size === undefined ? Math.min(count, 1 << 20) : count);
    let done = 0;
    while (done < count) {
      if (done === bytes.length) {
        const larger = new Uint8Array(Math.min(count, 2 * done));
        larger.set(bytes);
        bytes = larger;
      }
      done += await this.#readSome(bytes.subarray(done), what);
    }
    return bytes;
  }

  /** Refuses a size that a file states when fewer bytes are left. */
  expectLeft(count: number, what: string): void {
    const { size } = this.source;
    const left = size === undefined ? mostUnpacked : size - this.position;
    if (count <= left) return;
    const most =
      size === undefined ? `at most ${mostUnpacked} can be unpacked` : `${left} are left`;
    throw fault(this.place(), `${count} bytes are needed for ${what}, but ${most}.`, {
      hint: 'Is the file complete, and does the offset point at the start of an entry?',
    });
  }

  /** Moves over bytes, reading them only where the source is sequential. */
  async skip(count: number, what: string): Promise<void> {
    this.expectLeft(count, what);
    if (!this.source.sequential) {
      this.seek(this.position + count);
      return;
    }
    for (let left = count; left > 0;) {
      if (!(await this.fill(1))) throw this.#endsEarly(what);
      const step = Math.min(left, this.#end - this.#start);
      this.#start += step;
      left -= step;
    }
  }

  /** Moves over white space, or over white space but newlines; gives the byte that follows, -1 at the end. */
  async skipSpace(newlines: 'and newlines' | 'but newlines' = 'and newlines'): Promise<number> {
    for (;;) {
      const byte = await this.peek();
      if (!isSpace(byte) || (byte === 10 && newlines === 'but newlines')) return byte;
      this.#start++;
    }
  }

  /** The text up to the next white space, cut off after `most` bytes, without moving on. */
  async upcomingWord(most: number): Promise<string> {
    await this.fill(Math.min(most, this.#buffer.length));
    const bytes = this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + most));
    const end = bytes.findIndex(isSpace);
    return latin1(bytes, 0, end === -1 ? bytes.length : end);
  }

  /** The bytes up to the next white space or the end of the source; undefined when there are more than `most`. */
  async word(most: number): Promise<Uint8Array | undefined> {
    for (let length = 0; length <= most; length++) {
      const ends = !(await this.fill(length + 1));
      if (ends || isSpace(this.#buffer[this.#start + length] ?? 0)) return this.take(length, '');
    }
    return undefined;
  }

  /**
   * The bytes up to and with the first that is one of `stops` (or the end of the source), good until the cursor
   * moves again.
   */
  async until(stops: readonly number[], what: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let total = 0;
    while (await this.fill(1)) {
      const stop = this.#find(stops);
      const end = stop === -1 ? this.#end : stop + 1;
      const piece = this.#buffer.subarray(this.#start, end);
      this.#start = end;
      total += piece.length;
      if (stop !== -1 && pieces.length === 0) return piece;
      if (total > mostUnpacked) {
        throw fault(this.place(), `${what} goes on for more than ${mostUnpacked} bytes.`);
      }
      pieces.push(piece.slice());
      if (stop !== -1) break;
    }
    return joinBytes(pieces);
  }

  #find(stops: readonly number[]): number {
    const buffer = this.#buffer;
    for (let i = this.#start; i < this.#end; i++) {
      if (stops.includes(buffer[i] ?? 0)) return i;
    }
    return -1;
  }

  async #readSome(target: Uint8Array, what: string): Promise<number> {
    const buffered = Math.min(target.length, this.#end - this.#start);
    if (buffered > 0) {
      target.set(this.#buffer.subarray(this.#start, this.#start + buffered));
      this.#start += buffered;
      return buffered;
    }
    if (target.length < this.#buffer.length) {
      if (!(await this.fill(1))) throw this.#endsEarly(what);
      return this.#readSome(target, what);
    }
    const read = await this.source.read(this.#next, target);
    if (read === 0) throw this.#endsEarly(what);
    this.#next += read;
    return read;
  }

  #endsEarly(what: string): Error {
    return fault(this.place(), `the file ends in the middle of ${what}.`);
  }
}
