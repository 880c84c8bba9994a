import { DataError } from '@bnrnn/core';
import { wideEncodingOf } from './utf8';

/** A place in a text: line and byte are counted from 1, the byte from the begin of the file. */
export interface TextPlace {
  readonly where: string;
  readonly line: number;
  readonly byte: number;
  /** The first bytes of the text. */
  readonly begin: Uint8Array;
}

const convert = (encoding: string): string =>
  `Convert it to UTF-8, e.g. iconv -f ${encoding} -t UTF-8 OLD > NEW.`;

export function zeroByte({ where, line, byte, begin }: TextPlace): DataError {
  const encoding = wideEncodingOf(begin);
  const looks = encoding === undefined ? '' : `: it looks like ${encoding}`;
  return new DataError(
    `${where} has a zero byte on line ${line}, byte ${byte} of the file, expected UTF-8 text${looks}.`,
    {
      hint:
        encoding === undefined
          ? String.raw`If it is a text with stray zero bytes, remove them: tr -d '\000' < OLD > NEW.`
          : convert(encoding),
    },
  );
}

export function notUtf8({ where, line, byte, begin }: TextPlace, value: number): DataError {
  const encoding = wideEncodingOf(begin);
  const looks = encoding === undefined ? '' : `: it looks like ${encoding}`;
  return new DataError(
    `${where} is not UTF-8: the byte 0x${value.toString(16)} on line ${line}, byte ${byte} of the ` +
      `file, begins no character${looks}.`,
    {
      hint:
        encoding === undefined
          ? `${convert('WINDOWS-1252').slice(0, -1)}, if that is its encoding.`
          : convert(encoding),
    },
  );
}

/** The most bytes of one word. */
export const longestWord = 1 << 20;

export function wordTooLong({ where, line, byte }: TextPlace): DataError {
  return new DataError(
    `${where} has a word of more than ${longestWord.toLocaleString('en-US')} bytes on line ${line}, ` +
      `from byte ${byte} of the file on, expected words with blanks between them.`,
    { hint: 'A text without blanks can be read by characters: --level character.' },
  );
}

export function returnsAlone(where: string): DataError {
  return new DataError(
    `${where} has carriage returns and no newline, expected lines that end in a newline.`,
    { hint: String.raw`Convert its line ends: tr '\r' '\n' < OLD > NEW.` },
  );
}

export function notOneCharacter({ where, line }: TextPlace, type: string): DataError {
  return new DataError(
    `${where} has "${type}" on line ${line}, expected single characters with a space between.`,
    {
      hint: 'A text of words is named train.txt, valid.txt and test.txt; its characters are cut here.',
    },
  );
}
