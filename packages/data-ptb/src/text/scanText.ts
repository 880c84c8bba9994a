import { Sha256 } from '@bnrnn/core';
import { Int32Buffer } from '../int32Buffer';
import type { TextLevel } from '../textCorpus';
import { TokenTally } from '../tokenTally';
import type { Tokens } from '../tokens';
import { CharacterScan } from './characterScan';
import { TextMarks } from './textMarks';
import type { ScanFacts, TextScan, TokenSink } from './textScan';
import { TextTokens } from './textTokens';
import type { TypeTable } from './typeTable';
import { WordScan } from './wordScan';

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The bytes of a UTF-8 text. */
export interface TextSource {
  /** What errors call it: a path or an address. */
  readonly where: string;
  /**
   * Its bytes in pieces of any size, each used before the next is asked for: once, and then its ids are held in
   * memory; or by a function of the first byte, and then its ids are read again from the text whenever they are
   * needed, and nothing of it is held.
   */
  readonly pieces: Pieces | ((from: number) => Pieces);
  /** `characters`: one space between any two characters, `_` for a space. Default `words`. */
  readonly form?: 'words' | 'characters';
}

/** What the first pass over a text gives. */
export interface ScannedText extends ScanFacts {
  /** Ids of the type table. */
  readonly tokens: Tokens;
  readonly tally: TokenTally;
  readonly fileSha256: string;
}

/**
 * Reads a text from its begin to its end, and adds its types to a table.
 *
 * @throws DataError for a text that cannot be read or is not UTF-8.
 */
export async function scanText(
  { where, pieces, form = 'words' }: TextSource,
  level: TextLevel,
  table: TypeTable,
): Promise<ScannedText> {
  const single = form === 'characters';
  const scan = (sink: TokenSink, from: number): TextScan =>
    level === 'word' || single
      ? new WordScan(where, table, sink, single, from)
      : new CharacterScan(where, table, sink, from);
  const tally = new TokenTally(level, table.names);
  const pass = async (bytes: Pieces, sink: TokenSink) => {
    const reader = scan(sink, 0);
    const hash = new Sha256();
    for await (const piece of bytes) {
      hash.update(piece);
      reader.push(piece);
    }
    return { tally, ...reader.finish(), fileSha256: hash.hex() };
  };
  if (typeof pieces === 'function') {
    const marks = new TextMarks();
    const facts = await pass(pieces(0), (id, byte) => {
      marks.note(tally.counts.total, byte);
      tally.push(id);
    });
    const tokens = new TextTokens({ where, marks, pieces, scan }, 0, tally.counts.total);
    return { tokens, ...facts };
  }
  const ids = new Int32Buffer();
  const facts = await pass(pieces, (id) => {
    ids.push(id);
    tally.push(id);
  });
  return { tokens: ids.toArray(), ...facts };
}
