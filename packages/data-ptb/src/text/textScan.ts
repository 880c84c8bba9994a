import { endOfLine } from '../vocabulary';
import { notUtf8, returnsAlone, zeroByte, type TextPlace } from './textFaults';
import type { TypeTable } from './typeTable';
import { decoded, firstInvalidByte } from './utf8';

/**
 * Takes the tokens of a text, one by one: ids of the type table, `<eos>` at the end of each line.
 *
 * @param byte  the byte of the text from which a new scan would give this token and all that follow; `nowhere`
 *   where it depends on what stands before.
 */
export type TokenSink = (id: number, byte: number) => void;

export const nowhere = -1;

/** What the reader of a text should be told. */
export interface ScanFacts {
  /** Lines that end in a written `<eos>`: none was added to them. */
  readonly endedLines: number;
  /** Times that `<eos>` is written inside a line. */
  readonly innerEnds: number;
  /** Underscores of a text that is read by characters: they count as spaces. */
  readonly underscores: number;
}

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
export const endBytes = new TextEncoder().encode(endOfLine);
const shownBegin = 256;

/** Reads a text piece by piece; what a piece means is the subclass's. Time is linear in the bytes. */
export abstract class TextScan {
  /** The id of `<eos>`, −1 where no text had one yet. */
  protected endId: number;
  protected endedLines = 0;
  protected innerEnds = 0;
  protected underscores = 0;
  #line = 1;
  /** Bytes before the piece that is read. */
  #before: number;
  #begin: Uint8Array = new Uint8Array(0);
  #returns = false;

  readonly #where: string;

  /** @param from  the byte of the text that the first piece begins with. */
  constructor(
    where: string,
    protected readonly types: TypeTable,
    protected readonly sink: TokenSink,
    from = 0,
  ) {
    this.#where = where;
    this.#before = from;
    this.endId = types.find(endBytes, 0, endBytes.length);
  }

  push(piece: Uint8Array): void {
    let start = 0;
    if (this.#begin.length < shownBegin) {
      const old = this.#begin;
      this.#begin = new Uint8Array(old.length + Math.min(piece.length, shownBegin - old.length));
      this.#begin.set(old);
      this.#begin.set(piece.subarray(0, this.#begin.length - old.length), old.length);
    }
    // A mark can be cut by the border of a piece.
    while (this.#before + start < 3 && piece[start] === byteOrderMark[this.#before + start])
      start++;
    this.scan(piece, start);
    this.#before += piece.length;
  }

  /** Ends the text: its last line may lack a newline. */
  end(): void {
    this.scanEnd();
  }

  /** Ends a text that was scanned from its first byte. */
  finish(): ScanFacts {
    if (this.#line === 1 && this.#returns) throw returnsAlone(this.#where);
    this.scanEnd();
    const { endedLines, innerEnds, underscores } = this;
    return { endedLines, innerEnds, underscores };
  }

  /** Reads a piece from `start` on. */
  protected abstract scan(piece: Uint8Array, start: number): void;
  /** Reads what is left at the end of the text: a last line without its newline. */
  protected abstract scanEnd(): void;

  /** Called for each byte that is a blank: refuses zero. */
  protected blank(value: number, at: number): void {
    if (value === 0) throw zeroByte(this.place(at));
    if (value === 0x0d) this.#returns = true;
  }

  protected nextLine(): void {
    this.#line++;
  }

  /** Gives the token `<eos>`. */
  protected giveEnd(byte: number): void {
    if (this.endId === -1) this.endId = this.types.add(endBytes, endOfLine);
    this.sink(this.endId, byte);
  }

  /** The byte of the text that stands at a place of the piece. */
  protected byteAt(at: number): number {
    return this.#before + at;
  }

  /**
   * Adds a type of the text.
   *
   * @param at  where its first byte stands in the piece; negative in an earlier one.
   * @throws DataError where its bytes are not UTF-8.
   */
  protected addType(bytes: Uint8Array, at: number): number {
    const name = decoded(bytes);
    if (name === undefined) {
      const invalid = firstInvalidByte(bytes);
      throw notUtf8(this.place(at + invalid), bytes[invalid] ?? 0);
    }
    const id = this.types.add(bytes, name);
    if (name === endOfLine) this.endId = id;
    return id;
  }

  protected place(at: number): TextPlace {
    return {
      where: this.#where,
      line: this.#line,
      byte: this.#before + at + 1,
      begin: this.#begin,
    };
  }
}
