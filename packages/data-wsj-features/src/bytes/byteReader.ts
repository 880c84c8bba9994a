import { fault } from './fault';

const latin1 = new TextDecoder('latin1');

/** Reads fields of a file's bytes; whatever lies past the end is an error that names file, field and offset. */
export class ByteReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** The file, as errors name it. */
    readonly where: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.byteLength;
  }

  /** Whether the file begins like this. */
  startsWith(text: string): boolean {
    return latin1.decode(this.bytes.subarray(0, text.length)) === text;
  }

  uint16(offset: number, field: string): number {
    this.#need(offset, 2, field);
    return this.#view.getUint16(offset, true);
  }

  uint32(offset: number, field: string): number {
    this.#need(offset, 4, field);
    return this.#view.getUint32(offset, true);
  }

  /** `length` bytes as Latin-1 text. */
  text(offset: number, length: number, field: string): string {
    this.#need(offset, length, field);
    return latin1.decode(this.bytes.subarray(offset, offset + length));
  }

  /** `length` bytes as they lie in the file. */
  view(offset: number, length: number, field: string): DataView {
    this.#need(offset, length, field);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + offset, length);
  }

  fail(offset: number, problem: string, hint?: string): never {
    const place = { file: this.where, offset };
    throw fault(place, `${problem}.`, hint === undefined ? {} : { hint });
  }

  #need(offset: number, length: number, field: string): void {
    if (offset + length <= this.length) return;
    this.fail(
      offset,
      `cut short: ${field} needs ${length} bytes from byte ${offset} on, the file ends at byte ${this.length}`,
    );
  }
}
