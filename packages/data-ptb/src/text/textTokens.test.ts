import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapSplitsInTurn, textLevels } from '../textCorpus';
import { tokenBatches, type TokenBatchesOptions } from '../tokenBatches';
import { chunksOf, readTokens } from '../tokens';
import { corpusOfText, corpusOfTexts } from './corpusOfTexts';
import type { TextSource } from './scanText';

/** A text that can be read again, in pieces of a size that cuts characters; `asked` has the bytes read from. */
function rereadable(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  const asked: number[] = [];
  const source: TextSource = {
    where: 'tale.txt',
    pieces: function* (from) {
      asked.push(from);
      for (let at = from; at < bytes.length; at += size) yield bytes.slice(at, at + size);
    },
  };
  return { source, asked };
}

const once = (text: string): TextSource => ({
  where: 'tale.txt',
  pieces: [new TextEncoder().encode(text)],
});

const words = ['a', 'of', 'été', '€5', '💡', 'under_score', '<eos>', 'x<eos>', '  ', '\t'];

/** Some 60,000 tokens by words; lines of one word to hundreds, the last without a newline. */
const longText = (seed: number, newline: string): string => {
  const draw = fc.sample(fc.nat(1000), { seed, numRuns: 60_000 });
  return draw
    .map((value) => `${words[value % words.length]}${value % 53 === 0 ? newline : ' '}`)
    .join('')
    .trimEnd();
};

describe.each(textLevels)('a text read again by %s', (level) => {
  it.each([
    ['\n', 3001],
    ['\r\n', 65_536],
  ])('gives the corpus of one read once: lines end in %j', async (newline, size) => {
    const texts = await mapSplitsInTurn((split) =>
      Promise.resolve(longText(split.length, newline)),
    );
    const read = (make: (text: string) => TextSource, options: object) =>
      corpusOfTexts(
        'tales',
        { train: make(texts.train), valid: make(texts.valid), test: make(texts.test) },
        { level, ...options },
      );
    for (const options of [{}, { minCount: 5500 }]) {
      const whole = await read(once, options);
      const again = await read((text) => rereadable(text, size).source, options);
      expect({ ...again, splits: 0, vocabulary: 0 }).toEqual({
        ...whole,
        ...{ splits: 0, vocabulary: 0 },
      });
      expect(again.vocabulary.types).toEqual(whole.vocabulary.types);
      for (const split of ['train', 'valid', 'test'] as const) {
        expect(again.splits[split]).not.toBeInstanceOf(Int32Array);
        expect(await readTokens(again.splits[split])).toEqual(whole.splits[split]);
      }
    }
  });

  it('is cut where one read once is', async () => {
    const text = longText(4, '\n');
    const whole = await corpusOfText('tale', once(text), [80, 15, 5], { level });
    const { source } = rereadable(text, 4099);
    const again = await corpusOfText('tale', source, [80, 15, 5], { level });
    expect(again.info).toEqual(whole.info);
    for (const split of ['train', 'valid', 'test'] as const) {
      expect(await readTokens(again.splits[split])).toEqual(whole.splits[split]);
    }
  });

  it('gives any part of it, and reads little more', async () => {
    const text = longText(5, '\n');
    const { source, asked } = rereadable(text, 4099);
    const { splits } = await corpusOfText('tale', source, [98, 1, 1], { level });
    const all = await readTokens(splits.train);
    expect(all.length).toBeGreaterThan(45_000);
    for (const [start, end] of [
      ...[0, 1, 8191, 8192, 8193, 30_000, all.length - 1].map((start) => [start, start + 900]),
      ...[
        [5, 5],
        [all.length, all.length + 3],
      ],
    ] as [number, number][]) {
      expect(await readTokens(splits.train, start, end)).toEqual(all.slice(start, end));
      const part = splits.train.subarray(start).subarray(2, 40);
      expect(await readTokens(part)).toEqual(all.slice(start + 2, start + 40));
    }
    asked.length = 0;
    let bytes = 0;
    for await (const chunk of chunksOf(splits.train.subarray(45_000, 45_010)))
      bytes += chunk.length;
    expect(bytes).toBe(10);
    const before = new TextEncoder().encode(text).length * (35_000 / all.length);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThan(0.9 * before);
  });

  it.each([1, 2, 3])('is split over %i ranks as one in memory is', async (size) => {
    const text = longText(6, '\r\n');
    const { source } = rereadable(text, 8191);
    const { splits } = await corpusOfText('tale', source, [98, 1, 1], { level });
    const all = await readTokens(splits.train);
    const options: TokenBatchesOptions = { batch: 7, time: 11, layout: 'zaremba' };
    const parts = await Promise.all(
      Array.from({ length: size }, async (_, rank) => {
        const ranks = { rank, size };
        const read = tokenBatches(splits.train, { ...options, ranks });
        const held = tokenBatches(all, { ...options, ranks });
        expect(read.batchesPerEpoch).toBe(held.batchesPerEpoch);
        const from = 3;
        const batches = [];
        for await (const batch of read.batches(0, from)) batches.push(batch);
        // More than are read at once.
        expect(batches.length).toBeGreaterThan(8192 / 11 + (level === 'word' ? -200 : 0));
        expect(batches).toEqual([...held.batches(0, from)]);
        return batches.map(({ inputs }) => [...inputs]);
      }),
    );
    const whole = [...tokenBatches(all, options).batches(0, 3)];
    whole.forEach(({ inputs, time, batch }, k) => {
      for (let t = 0; t < time; t++) {
        const row = parts.flatMap((part) => {
          const columns = (part[k]?.length ?? 0) / time;
          return part[k]?.slice(t * columns, (t + 1) * columns);
        });
        expect(row).toEqual([...inputs.subarray(t * batch, (t + 1) * batch)]);
      }
    });
  });
});

it('is refused where it has changed since it was read', async () => {
  let text = longText(7, '\n');
  const source: TextSource = {
    where: 'tale.txt',
    pieces: (from) => [new TextEncoder().encode(text).slice(from)],
  };
  const { splits } = await corpusOfText('tale', source, [98, 1, 1]);
  const whole = text;
  text = whole.replaceAll('of', 'OF');
  await expect(readTokens(splits.train)).rejects.toThrow(
    'tale.txt has other words than when it was first read.',
  );
  text = whole.slice(0, whole.length / 2);
  await expect(readTokens(splits.train)).rejects.toThrow('tale.txt has other words');
});
