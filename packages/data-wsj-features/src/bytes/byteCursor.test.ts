import { describe, expect, it } from 'vitest';
import { memorySource } from '../../test/support/kaldiBytes';
import { ByteCursor } from './byteCursor';
import { latin1 } from './byteText';

const text = 'alpha beta\n  gamma;delta]omega';

describe('ByteCursor', () => {
  it('gives the same whatever the chunk and the pieces that come', async () => {
    for (const piece of [1, 2, 3, 100]) {
      for (const chunk of [8, 16, 64]) {
        const cursor = new ByteCursor(memorySource(text, piece), 0, chunk);
        const word = await cursor.word(6);
        expect(latin1(word!)).toBe('alpha');
        expect(await cursor.skipSpace()).toBe('b'.charCodeAt(0));
        expect(latin1(await cursor.take(4, 'beta'))).toBe('beta');
        expect(await cursor.skipSpace('but newlines')).toBe(10);
        expect(await cursor.skipSpace()).toBe('g'.charCodeAt(0));
        expect(cursor.position).toBe(13);
        expect(latin1(await cursor.until([59, 93], 'a part'))).toBe('gamma;');
        expect(latin1(await cursor.until([59, 93], 'a part'))).toBe('delta]');
        expect(latin1(await cursor.until([59, 93], 'a part'))).toBe('omega');
        expect(await cursor.peek()).toBe(-1);
        cursor.seek(6);
        expect(latin1(await cursor.payload(17, 'a payload'))).toBe(text.slice(6, 23));
        expect(cursor.position).toBe(23);
        cursor.seek(6);
        // 17 bytes: within a chunk of 64, more than one of 8 or 16.
        expect(latin1(await cursor.view(17, 'a view'))).toBe(text.slice(6, 23));
        expect(latin1(await cursor.take(2, 'what follows'))).toBe(text.slice(23, 25));
        await cursor.skip(2, 'two bytes');
        expect(latin1(await cursor.take(3, 'the end'))).toBe('ega');
      }
    }
  });

  it('refuses a size beyond the source before it makes room for it', async () => {
    const cursor = new ByteCursor(memorySource(text), 20);
    await expect(cursor.payload(2 ** 50, 'a matrix')).rejects.toThrow(
      `memory, byte 20: ${2 ** 50} bytes are needed for a matrix, but 10 are left.`,
    );
    await expect(cursor.view(11, 'a matrix')).rejects.toThrow('but 10 are left');
    await expect(cursor.skip(11, 'a matrix')).rejects.toThrow('but 10 are left');
  });

  it('grows with what comes where the size is not known', async () => {
    const source = { ...memorySource(text, 5), size: undefined };
    const cursor = new ByteCursor(source);
    const before = process.memoryUsage().arrayBuffers;
    await expect(cursor.payload(2 ** 29, 'a matrix')).rejects.toThrow(
      'byte 30: the file ends in the middle of a matrix.',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    await expect(new ByteCursor(source).payload(2 ** 29 + 1, 'a matrix')).rejects.toThrow(
      'at most 536870912 can be unpacked',
    );
  });
});
