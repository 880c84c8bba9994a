import { Int32Buffer } from '../int32Buffer';
import { endOfLine } from '../vocabulary';
import { notUtf8, returnsAlone, zeroByte, type TextPlace } from './textFaults';
import type { TypeTable } from './typeTable';
import { decoded, firstInvalidByte } from './utf8';

/** The tokens of one text and what its reader should be told. */
export interface ScannedText {
  /** int32 [tokens]: ids of the type table; `<eos>` at the end of each line. */
  readonly tokens: Int32Array;
  /** Lines that end in a written `<eos>`: none was added to them. */
  readonly endedLines: number;
  /** Times that `<eos>` is written inside a line. */
  readonly innerEnds: number;
  /** Underscores of a text that is read by characters: they count as spaces. */
  readonly underscores: number;
}

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
const endBytes = new TextEncoder().encode(endOfLine);
const shownBegin = 256;

/** Reads a text piece by piece; what a piece means is the subclass's. Time is linear in the bytes. */
export abstract class TextScan {
  protected readonly tokens = new Int32Buffer();
  /** The id of `<eos>`, −1 where no text had one yet. */
  protected end: number;
  protected endedLines = 0;
  protected innerEnds = 0;
  protected underscores = 0;
  #line = 1;
  /** Bytes before the piece that is read. */
  #before = 0;
  #begin: Uint8Array = new Uint8Array(0);
  #returns = false;

  readonly #where: string;

  constructor(
    where: string,
    protected readonly types: TypeTable,
  ) {
    this.#where = where;
    this.end = types.find(endBytes, 0, endBytes.length);
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

  finish(): ScannedText {
    if (this.#line === 1 && this.#returns) throw returnsAlone(this.#where);
    this.scanEnd();
    const { endedLines, innerEnds, underscores } = this;
    return { tokens: this.tokens.toArray(), endedLines, innerEnds, underscores };
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

  /** Pushes the token `<eos>`. */
  protected pushEnd(): void {
    if (this.end === -1) this.end = this.types.add(endBytes, endOfLine);
    this.tokens.push(this.end);
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
    if (name === endOfLine) this.end = id;
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
