import { isKey } from '../ark/readKey';
import type { ByteSource } from '../bytes/byteSource';
import { fault, printable } from '../bytes/fault';
import { textLines } from '../bytes/textLines';

/** What separates the words of a line. */
export const wordBlank = /[ \t-\r]+/;

/**
 * Parses a symbol table: lines `NAME NUMBER`, as Kaldi's `phones.txt`.
 *
 * @throws DataError naming the line that is not such, or whose name stands twice.
 */
export async function parseSymbols(source: ByteSource): Promise<Map<string, number>> {
  const { path } = source;
  const numbers = new Map<string, number>();
  for await (const { text, line, offset } of textLines(source)) {
    const [name = '', number = '', ...more] = text.split(wordBlank);
    if (more.length > 0 || !isKey(name) || !/^\d{1,9}$/.test(number)) {
      throw fault(
        { file: path, offset },
        `line ${line} is "${printable(text)}", expected "NAME NUMBER".`,
      );
    }
    if (numbers.has(name)) {
      throw fault({ file: path, offset }, `line ${line} has ${printable(name)} a second time.`);
    }
    numbers.set(name, Number(number));
  }
  return numbers;
}
