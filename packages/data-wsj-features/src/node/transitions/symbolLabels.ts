import { isKey } from '../../ark/readKey';
import { fault, printable } from '../../bytes/fault';
import { parseSymbols, wordBlank } from '../../labels/parseSymbols';
import { parseFile } from '../bytes/parseFile';
import { readTextLines } from '../bytes/readTextLines';

/**
 * Streams a text file of lines `KEY NAME NAME ...`, a name for each frame, as numbers of a symbol table.
 *
 * @throws DataError for a name that the table does not have.
 */
export async function* readSymbolLabels(
  path: string,
  symbols: string,
): AsyncGenerator<{ key: string; integers: Int32Array }, void, undefined> {
  const numbers = await parseFile(symbols, parseSymbols);
  for await (const { text, line, offset } of readTextLines(path)) {
    const [key = '', ...names] = text.split(wordBlank);
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
