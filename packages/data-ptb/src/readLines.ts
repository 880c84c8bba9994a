import { DataError } from '@bnrnn/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * Streams the lines of a UTF-8 text file, unpacked where its name ends in `.gz`.
 *
 * @param onLine  gets each line without its newline (and without a carriage return before it); a
 *   last line without newline counts as a line.
 * @returns the SHA-256 of the unpacked bytes, in hexadecimal.
 * @throws DataError when the file cannot be read, unpacked or decoded.
 */
export async function readLines(path: string, onLine: (line: string) => void): Promise<string> {
  const hash = createHash('sha256');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';

  const take = (text: string): void => {
    const all = rest + text;
    let start = 0;
    for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', start)) {
      onLine(all.slice(start, all[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    rest = all.slice(start);
  };

  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      take(decoder.decode(chunk, { stream: true }));
    }
    take(decoder.decode());
  };

  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    await (path.endsWith('.gz')
      ? pipeline(file, createGunzip({ chunkSize: 1 << 18 }), sink)
      : pipeline(file, sink));
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`readPtb: ${path} cannot be read: ${reason}.`, { cause });
  }
  if (rest !== '') onLine(rest);
  return hash.digest('hex');
}
