import { isKey } from '../ark/readKey';
import { fault, printable } from '../bytes/fault';
import { readTextLines } from '../scp/readTextLines';

const blank = /[ \t-\r]+/;

/**
 * Reads a symbol table: lines `NAME NUMBER`, as Kaldi's `phones.txt`.
 *
 * @throws DataError naming the line that is not such, or whose name stands twice.
 */
export async function readSymbols(path: string): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  for await (const { text, line, offset } of readTextLines(path)) {
    const [name = '', number = '', ...more] = text.split(blank);
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

/**
 * Streams a text file of lines `KEY NAME NAME ...`, a name for each frame, as numbers of a symbol table.
 *
 * @throws DataError for a name that the table does not have.
 */
export async function* readSymbolLabels(
  path: string,
  symbols: string,
): AsyncGenerator<{ key: string; integers: Int32Array }, void, undefined> {
  const numbers = await readSymbols(symbols);
  for await (const { text, line, offset } of readTextLines(path)) {
    const [key = '', ...names] = text.split(blank);
    if (!isKey(key)) throw fault({ file: path, offset }, `line ${line} is empty, expected a key.`);
    const integers = Int32Array.from(names, (name, frame) => {
      const number = numbers.get(name);
      if (number !== undefined) return number;
      throw fault(
        { file: path, key, offset },
        `frame ${frame} has the label "${printable(name)}", which ${symbols} does not list.`,
      );
    });
    yield { key, integers };
  }
}
