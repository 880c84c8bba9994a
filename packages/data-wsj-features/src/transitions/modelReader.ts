import { readInteger } from '../ark/binaryHeader';
import { readBinaryMark } from '../ark/readObject';
import type { ByteCursor } from '../bytes/byteCursor';
import { latin1, littleEndian } from '../bytes/byteText';
import { fault, printable } from '../bytes/fault';

/** Reads the tokens and numbers that Kaldi's objects are made of, binary or text. */
export interface ModelReader {
  readonly binary: boolean;
  readonly cursor: ByteCursor;
  /** The next token, such as `<Topology>`. */
  token(): Promise<string>;
  integer(what: string): Promise<number>;
  float(what: string): Promise<number>;
}

/** A reader of the model at the start of a file, which may begin with `\0B`. */
export async function modelReader(cursor: ByteCursor): Promise<ModelReader> {
  await cursor.skipByteOrderMark();
  return (await readBinaryMark(cursor)) ? binaryReader(cursor) : textReader(cursor);
}

/** Reads one of these tokens. */
export async function expectToken<Token extends string>(
  reader: ModelReader,
  ...tokens: readonly Token[]
): Promise<Token> {
  if (!reader.binary) await reader.cursor.skipSpace();
  const start = reader.cursor.position;
  const token = await reader.token();
  const found = tokens.find((candidate) => candidate === token);
  if (found !== undefined) return found;
  throw fault(
    reader.cursor.place(start),
    `holds "${printable(token)}", expected ${tokens.join(' or ')}.`,
    tokens.includes('<TransitionModel>' as Token)
      ? { hint: 'Is this a final.mdl, or another file that starts with the transition model?' }
      : {},
  );
}

const longest = 255;

function binaryReader(cursor: ByteCursor): ModelReader {
  return {
    binary: true,
    cursor,
    async token() {
      const start = cursor.position;
      const word = await cursor.word(longest);
      if (word === undefined || (await cursor.peek()) !== 32) {
        throw fault(cursor.place(start), 'has no token followed by a space.');
      }
      const token = latin1(word);
      await cursor.take(1, 'a token');
      return token;
    },
    integer: (what) => readInteger(cursor, what),
    async float(what) {
      const start = cursor.position;
      const bytes = await cursor.take(5, what);
      if (bytes[0] === 4) return littleEndian(bytes).getFloat32(1, true);
      throw fault(
        cursor.place(start),
        `${what} should follow a byte 4, but the byte is ${bytes[0] ?? -1}.`,
      );
    },
  };
}

function textReader(cursor: ByteCursor): ModelReader {
  const word = async (what: string): Promise<string> => {
    await cursor.skipSpace();
    const bytes = await cursor.word(longest);
    if (bytes === undefined || bytes.length === 0) {
      throw fault(cursor.place(), `the file ends or goes on without a blank, expected ${what}.`);
    }
    return latin1(bytes);
  };
  const number = async (what: string, form: RegExp): Promise<number> => {
    const text = await word(what);
    if (form.test(text)) return Number(text);
    throw fault(cursor.place(), `"${printable(text)}" stands before this, expected ${what}.`);
  };
  return {
    binary: false,
    cursor,
    token: () => word('a token'),
    integer: (what) => number(what, /^-?\d{1,9}$/),
    float: (what) => number(what, /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i),
  };
}
