import { DataError } from '@bnrnn/core';
import type { StoredTokens } from '../tokens';
import type { TextMarks } from './textMarks';
import type { TextScan, TokenSink } from './textScan';

/** A text that was read once and can be read again from any of its marks. */
export interface MarkedText {
  /** What errors call it. */
  readonly where: string;
  readonly marks: TextMarks;
  /** Its bytes from one on. */
  readonly pieces: (from: number) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** A reader that begins at a byte of the text. */
  readonly scan: (sink: TokenSink, from: number) => TextScan;
}

/**
 * The token ids of a text, or of a part of it, read from the text whenever they are asked for. Of the text
 * itself some bytes for every 8,192 tokens are held: where the tokens stand.
 */
export class TextTokens implements StoredTokens {
  readonly length: number;
  readonly #text: MarkedText;
  /** The place of the first token in the text. */
  readonly #first: number;
  readonly #ids: Int32Array | undefined;

  /** @param ids  int32: the id to give for each id of the scan; the same one where absent. */
  constructor(text: MarkedText, first: number, length: number, ids?: Int32Array) {
    this.#text = text;
    this.#first = first;
    this.length = length;
    this.#ids = ids;
  }

  /** The tokens from `start` to before `end`. */
  subarray(start: number, end = this.length): TextTokens {
    const from = Math.min(start, this.length);
    const length = Math.max(0, Math.min(end, this.length) - from);
    return new TextTokens(this.#text, this.#first + from, length, this.#ids);
  }

  /** The same tokens with other ids. @param ids  int32: the new id of each id of the scan. */
  renumbered(ids: Int32Array): TextTokens {
    return new TextTokens(this.#text, this.#first, this.length, ids);
  }

  /**
   * Reads the tokens in order, int32 arrays of any length.
   *
   * @throws DataError where the text cannot be read, or is no longer what it was.
   */
  async *chunks(): AsyncGenerator<Int32Array, void> {
    const { where, marks, pieces, scan } = this.#text;
    const mark = marks.before(this.#first);
    let skipped = this.#first - mark.place;
    let left = this.length;
    if (left === 0) return;
    const ids: number[] = [];
    const reader = scan((id) => {
      if (skipped > 0) skipped--;
      else if (ids.length < left) ids.push(id);
    }, mark.byte);
    const take = (): Int32Array => {
      const taken = new Int32Array(ids);
      ids.length = 0;
      left -= taken.length;
      this.#renumber(taken);
      return taken;
    };
    for await (const piece of pieces(mark.byte)) {
      reader.push(piece);
      yield take();
      if (left === 0) return;
    }
    reader.end();
    yield take();
    if (left > 0) throw changed(where);
  }

  #renumber(tokens: Int32Array): void {
    const ids = this.#ids;
    if (ids === undefined) return;
    for (let i = 0; i < tokens.length; i++) {
      const id = ids[tokens[i] as number];
      if (id === undefined) throw changed(this.#text.where);
      tokens[i] = id;
    }
  }
}

function changed(where: string): DataError {
  return new DataError(`${where} has other words than when it was first read.`, {
    hint: 'A text must stay as it is while it is used. Start again.',
  });
}
