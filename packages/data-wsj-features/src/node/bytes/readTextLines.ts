import { textLines, type TextLine } from '../../bytes/textLines';
import { openFile } from './openFile';

/**
 * Streams the lines of a UTF-8 text file, packed or not.
 *
 * @throws DataError when it cannot be read, and as `textLines` does.
 */
export async function* readTextLines(path: string): AsyncGenerator<TextLine, void, undefined> {
  const source = await openFile(path);
  try {
    yield* textLines(source);
  } finally {
    await source.close();
  }
}
