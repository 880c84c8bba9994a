import type { ByteSource } from '../../bytes/byteSource';
import { openFile } from './openFile';

/** Opens a file, packed or not, parses it and closes it. @throws DataError as `openFile` and `parse` do. */
export async function parseFile<Result>(
  path: string,
  parse: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  const source = await openFile(path);
  try {
    return await parse(source);
  } finally {
    await source.close();
  }
}
