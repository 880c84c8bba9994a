import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StreamSource } from './streamSource';

/** A source of these chunks that counts how often it was started and stopped. */
function sourceOf(chunks: readonly (string | Error)[]) {
  const counts = { started: 0, stopped: 0 };
  const source = new StreamSource('a.gz', () => {
    counts.started++;
    const stream = Readable.from(
      (function* () {
        for (const chunk of chunks) {
          if (typeof chunk !== 'string') throw chunk;
          yield Buffer.from(chunk);
        }
      })(),
    );
    return {
      stream,
      stop: () => {
        counts.stopped++;
        stream.destroy();
      },
    };
  });
  const read = async (position: number, length: number): Promise<string> => {
    const target = new Uint8Array(length);
    return Buffer.from(target.subarray(0, await source.read(position, target))).toString();
  };
  return { source, counts, read };
}

describe('StreamSource', () => {
  it('gives what is left of a chunk, moves on, and starts again only to go back behind it', async () => {
    const { counts, read, source } = sourceOf(['abc', 'defg', 'h']);
    expect(counts.started).toBe(0);
    expect(await read(1, 9)).toBe('bc');
    expect(await read(3, 2)).toBe('de');
    expect(await read(6, 9)).toBe('g');
    expect(await read(4, 2)).toBe('ef');
    expect(counts).toEqual({ started: 1, stopped: 0 });
    expect(await read(0, 2)).toBe('ab');
    expect(counts).toEqual({ started: 2, stopped: 1 });
    expect(await read(7, 9)).toBe('h');
    expect(await read(8, 9)).toBe('');
    await source.close();
    expect(counts.stopped).toBe(2);
  });

  it('serves reads that are asked for at once in their order', async () => {
    const { counts, read } = sourceOf(['abc', 'defg']);
    expect(await Promise.all([read(5, 1), read(0, 1), read(3, 1)])).toEqual(['f', 'a', 'd']);
    expect(counts.started).toBe(2);
  });

  it('says at which byte it broke, and can be read again up to there', async () => {
    const { read } = sourceOf(['abc', new Error('torn')]);
    await expect(read(4, 1)).rejects.toThrow('a.gz, byte 3: cannot be read further: torn.');
    expect(await read(1, 2)).toBe('bc');
  });
});
