import { describe, expect, it } from 'vitest';
import { memorySource } from '../../test/support/kaldiBytes';
import { parseEntries } from './parseEntries';

async function first(content: Buffer | string): Promise<unknown> {
  for await (const entry of parseEntries(memorySource(Buffer.from(content)))) return entry;
  return undefined;
}

/** Milliseconds until a long word of digits is refused. */
async function refusal(digits: number): Promise<number> {
  const start = performance.now();
  await expect(first(`a [ ${'1'.repeat(digits)}x ]\n`)).rejects.toThrow(/expected a number or/);
  return performance.now() - start;
}

describe('a number in a text archive', () => {
  it('takes time in proportion to its length', async () => {
    await refusal(1000);
    const short = await refusal(50_000);
    const long = await refusal(1_600_000);
    // Thirty-two times the length; in quadratic time a thousand times as long, a quarter of an hour here.
    expect(long).toBeLessThan(Math.max(2000, 200 * short));
  });

  it('may follow a byte order mark at the head of the archive', async () => {
    expect(await first('\ufeffa [ 1.5 ]\n')).toEqual({
      key: 'a',
      kind: 'vector',
      vector: Float32Array.of(1.5),
    });
    expect(await first('\ufeffa 3 4\n')).toMatchObject({ key: 'a', kind: 'integers' });
  });

  it.each(['1.', '.5', '-2e3', '1.5E-2'])('may be %s', async (text) => {
    expect(await first(`a [ ${text} ]\n`)).toMatchObject({ vector: Float32Array.of(Number(text)) });
  });
});
