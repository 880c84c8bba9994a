import { isBlank } from '../blanks';
import { endOfLine } from '../vocabulary';
import { longestWord, notOneCharacter, wordTooLong } from './textFaults';
import { nowhere, TextScan, type TokenSink } from './textScan';
import { grown, type TypeTable } from './typeTable';

const newline = 0x0a;

/** Cuts a text into words: what stands between blanks, and `<eos>` at the end of each line. */
export class WordScan extends TextScan {
  /** The begin of a word that the last piece ended in. */
  #rest = new Uint8Array(64);
  #restLength = 0;
  #last = -1;
  #inLine = false;
  readonly #single: boolean;

  /** @param single  every word must be one character: a text whose characters stand apart. */
  constructor(where: string, types: TypeTable, sink: TokenSink, single: boolean, from = 0) {
    super(where, types, sink, from);
    this.#single = single;
  }

  protected scan(piece: Uint8Array, from: number): void {
    let start = from;
    for (let i = from; i < piece.length; i++) {
      const value = piece[i] as number;
      if (!isBlank(value)) continue;
      this.blank(value, i);
      if (i > start || this.#restLength > 0) this.#word(piece, start, i);
      start = i + 1;
      if (value === newline) this.#endLine(this.byteAt(i));
      else this.#inLine = true;
    }
    if (start < piece.length) this.#keep(piece, start, piece.length);
  }

  protected scanEnd(): void {
    if (this.#restLength > 0) this.#word(this.#rest, 0, 0);
    if (this.#inLine) this.#endLine(nowhere);
  }

  #word(piece: Uint8Array, start: number, end: number): void {
    let [bytes, from, to, at] = [piece, start, end, start];
    if (this.#restLength > 0) {
      at = start - this.#restLength;
      this.#keep(piece, start, end);
      [bytes, from, to] = [this.#rest, 0, this.#restLength];
      this.#restLength = 0;
    }
    if (to - from > longestWord) throw wordTooLong(this.place(at));
    let id = this.types.find(bytes, from, to);
    if (id === -1) {
      id = this.addType(bytes.subarray(from, to), at);
      if (this.#single) this.#refuseLonger(id, at);
    }
    if (this.#last !== -1 && this.#last === this.endId) this.innerEnds++;
    this.#last = id;
    this.#inLine = true;
    this.sink(id, this.byteAt(at));
  }

  #keep(piece: Uint8Array, start: number, end: number): void {
    const length = this.#restLength + end - start;
    if (length > longestWord) throw wordTooLong(this.place(start - this.#restLength));
    if (length > this.#rest.length) this.#rest = grown(this.#rest, length);
    this.#rest.set(piece.subarray(start, end), this.#restLength);
    this.#restLength = length;
  }

  /** @param byte  of the newline. */
  #endLine(byte: number): void {
    if (this.#last === -1) this.giveEnd(byte);
    else if (this.#last === this.endId) this.endedLines++;
    else this.giveEnd(nowhere);
    this.#last = -1;
    this.#inLine = false;
    this.nextLine();
  }

  #refuseLonger(id: number, at: number): void {
    const name = this.types.names[id] as string;
    if (name === endOfLine || Array.from(name).length === 1) return;
    throw notOneCharacter(this.place(at), name);
  }
}
