import { DataError } from '@bnrnn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextCorpus, TextLevel } from '../textCorpus';
import { readTokens } from '../tokens';
import { corpusOfText, corpusOfTexts, type TextOptions } from './corpusOfTexts';
import type { TextSource } from './scanText';
import { longestWord } from './textFaults';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const source = (where: string, content: string | Uint8Array, size = Infinity): TextSource => {
  const bytes = typeof content === 'string' ? encode(content) : content;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return { where, pieces };
};
const read = (
  train: string | Uint8Array,
  options: TextOptions = {},
  held = { valid: train, test: train },
): Promise<TextCorpus> =>
  corpusOfTexts(
    'tales',
    {
      train: source('train.txt', train),
      valid: source('valid.txt', held.valid),
      test: source('test.txt', held.test),
    },
    options,
  );
const written = async (train: string | Uint8Array, level: TextLevel = 'word') => {
  const { vocabulary, splits } = await read(train, { level });
  return vocabulary.decode(await readTokens(splits.train));
};
const failure = async (promise: Promise<unknown>): Promise<DataError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DataError) return error;
  throw new Error('expected a DataError', { cause: error });
};

describe.each(['word', 'character'] as const)(
  'a text that is not what it seems, by %s',
  (level) => {
    const refused = async (bytes: Uint8Array): Promise<DataError> =>
      failure(read(bytes, { level }, { valid: encode('a\n'), test: encode('a\n') }));

    it.each([
      ['UTF-16LE', Buffer.from('the cat\nsat\n', 'utf16le'), 1, 2],
      ['UTF-16BE', Buffer.from('the cat\nsat\n', 'utf16le').swap16(), 1, 1],
    ])('%s is refused with the way to convert it', async (encoding, bytes, line, byte) => {
      const { message, hint } = await refused(bytes);
      expect(message).toBe(
        `train.txt has a zero byte on line ${line}, byte ${byte} of the file, expected UTF-8 text: ` +
          `it looks like ${encoding}.`,
      );
      expect(hint).toBe(`Convert it to UTF-8, e.g. iconv -f ${encoding} -t UTF-8 OLD > NEW.`);
    });

    it('one zero byte is refused where it stands', async () => {
      const { message, hint } = await refused(encode('a long line of text\nb c\n\n d\0e\n'));
      expect(message).toBe(
        'train.txt has a zero byte on line 4, byte 28 of the file, expected UTF-8 text.',
      );
      expect(hint).toContain(String.raw`tr -d '\000'`);
    });

    it('Latin-1 is refused where its first letter stands', async () => {
      const { message, hint } = await refused(Buffer.from('un\ndeux caf\xe9s\n', 'latin1'));
      expect(message).toBe(
        'train.txt is not UTF-8: the byte 0xe9 on line 2, byte 12 of the file, begins no character.',
      );
      expect(hint).toContain('iconv -f WINDOWS-1252');
    });

    it('a character that is cut at the end of the file is refused', async () => {
      const { message } = await refused(Uint8Array.of(0x61, 0x0a, 0x62, 0xe2, 0x82));
      expect(message).toContain('the byte 0xe2 on line 2, byte 4 of the file');
    });

    it('line ends of an old Macintosh are refused', async () => {
      const { message, hint } = await refused(encode('the cat\rsat\r'));
      expect(message).toBe(
        'train.txt has carriage returns and no newline, expected lines that end in a newline.',
      );
      expect(hint).toContain(String.raw`tr '\r' '\n'`);
    });

    it('a byte order mark is no part of the first token', async () => {
      expect(await written('\ufeffthe cat\n', level)).toBe('the cat\n');
      expect(await written('\ufeff\n\ufeffa\n', level)).toBe('\n\ufeffa\n');
    });

    it('<eos> that is written is not added again, and that is said once', async () => {
      const corpus = await read('a b <eos>\nb\n<eos>\n a <eos> \r\n', { level });
      expect(corpus.vocabulary.decode(await readTokens(corpus.splits.train))).toBe('a b\nb\n\na\n');
      expect(corpus.notes).toEqual(
        ['train.txt', 'valid.txt', 'test.txt'].map(
          (where) => `${where}: 3 lines end in <eos> already; no second one was added.`,
        ),
      );
      expect((await read('a b\n', { level })).notes).toEqual([]);
    });
  },
);

it('counts <eos> inside a line, and names no line that it cannot know', async () => {
  const text = 'a b <eos> b a <eos>\n';
  expect(await written(text)).toBe('a b\nb a\n');
  const held = { valid: 'a <eos> fox\n', test: text };
  expect((await failure(read(text, {}, held))).message).toMatch(/the first is "fox"\.$/);
});

it('keeps "x<eos>" a word, and spells it out by characters', async () => {
  expect(await written('x<eos>\n')).toBe('x<eos>\n');
  expect(await written('x<eos>\n', 'character')).toBe('x<eos>\n');
});

describe('one rule for blanks', () => {
  // U+0009 to U+000D, U+001C and the space separate; U+0085, U+00A0, U+2003, U+3000 do not.
  const text = 'a\tb\u000bc\u000cd\u001ce f\u0085g\u00a0h\u2003i\u3000j\r\n';

  it('holds in files and in prompts alike', async () => {
    const { vocabulary, splits } = await read(text);
    expect(vocabulary.types).toContain('f\u0085g\u00a0h\u2003i\u3000j');
    expect(vocabulary.size).toBe(7);
    expect(vocabulary.encode(text)).toEqual(await readTokens(splits.train));
  });

  it('drops no Unicode space at the ends of a line of characters', async () => {
    const { vocabulary, splits } = await read(' \u00a0a b\u3000\t\r\nc\n', { level: 'character' });
    expect(vocabulary.decode(await readTokens(splits.train))).toBe('\u00a0a b\u3000\nc\n');
    expect(vocabulary.encode('\u00a0a b\u3000\r\nc\n')).toEqual(await readTokens(splits.train));
  });
});

it.each(['word', 'character'] as const)('does not depend on the pieces it comes in: %s', (level) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'é', '€', '💡', ' ', '  ', '\n', '\r\n', '\t', '<eos>', '_'), {
        maxLength: 60,
      }),
      fc.integer({ min: 1, max: 9 }),
      async (parts, size) => {
        const text = `\ufeffx ${parts.join('')}`;
        const cut = await corpusOfTexts(
          'tales',
          {
            train: source('t', text, size),
            valid: source('v', text, 1),
            test: source('w', text),
          },
          { level },
        );
        expect(cut.splits.train).toEqual(cut.splits.test);
        expect(cut.splits.valid).toEqual(cut.splits.test);
        expect(cut.info.fileSha256?.['train']).toBe(cut.info.fileSha256?.['test']);
      },
    ),
    { seed: 13, numRuns: 200 },
  ),
);

describe('a word', () => {
  it('of 40 kB, across 300 pieces, is one type', async () => {
    const long = 'x'.repeat(40_000);
    const text = `a ${long} b\n`;
    const { vocabulary } = await corpusOfTexts('tales', {
      train: source('t', text, 137),
      valid: source('v', text, 64),
      test: source('w', text),
    });
    expect(vocabulary.types).toEqual(['a', long, 'b', '<eos>']);
  });

  it('at the end of a text on one line may be the only place of <eos>', async () => {
    const { vocabulary, splits } = await corpusOfText(
      'tales',
      source('t', 'a b a b a b a b a b'),
      [3, 1, 1],
    );
    expect(vocabulary.types).toEqual(['a', 'b', '<eos>']);
    expect(vocabulary.decode(await readTokens(splits.test))).toBe('a b\n');
  });

  it('of more than 1 MiB is refused, with what reads it', async () => {
    const { message, hint } = await failure(read(`a\nb ${'x'.repeat(longestWord + 1)} c\n`));
    expect(message).toBe(
      'train.txt has a word of more than 1,048,576 bytes on line 2, from byte 5 of the file on, ' +
        'expected words with blanks between them.',
    );
    expect(hint).toContain('--level character');
    expect((await read(`a ${'x'.repeat(longestWord)}\n`)).vocabulary.size).toBe(3);
  });
});

describe('characters', () => {
  it('say where an underscore is no space of the text', async () => {
    const { notes } = await read('snake_case is_it\n', { level: 'character' });
    expect(notes[0]).toBe('train.txt: its 2 underscores count as spaces, which are written as _.');
  });

  it('that are rare become <unk>, in prompts too', async () => {
    const { vocabulary, splits } = await read('aab b\nc\n', { level: 'character', minCount: 2 });
    expect(vocabulary.types).toEqual(['a', 'b', '<eos>', '<unk>']);
    expect(Array.from(await readTokens(splits.train), (id) => vocabulary.typeOf(id)).join('')).toBe(
      'aab<unk>b<eos><unk><eos>',
    );
    expect([...vocabulary.encode('az')]).toEqual([0, 3]);
  });
});

describe('one text', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `w${i % 5} is ${i}`).join('\n');

  it('is cut by shares, and what train lacks is refused or <unk>', async () => {
    const text = (): TextSource => source('all.txt', lines);
    const error = await failure(corpusOfText('tales', text(), [90, 5, 5]));
    expect(error.message).toBe(
      "all.txt (its valid part) has 5 word tokens outside the train split's 97 types, the first is " +
        '"90" on line 91.',
    );
    const corpus = await corpusOfText('tales', text(), [90, 5, 5], { minCount: 2 });
    expect(corpus.info.counts).toEqual({ train: 360, valid: 20, test: 20 });
    expect(corpus.vocabulary.types.toSorted()).toEqual([
      '<eos>',
      '<unk>',
      'is',
      'w0',
      'w1',
      'w2',
      'w3',
      'w4',
    ]);
    expect(corpus.vocabulary.decode(await readTokens(corpus.splits.test, 0, 4))).toBe(
      'w0 is <unk>\n',
    );
  });

  it('of a few words is too short to be cut', async () => {
    expect((await failure(corpusOfText('tales', source('a.txt', 'a\n'), [90, 5, 5]))).message).toBe(
      'a.txt (its valid part) is empty.',
    );
  });
});

it('takes time in proportion to its length, on one line as on many', async () => {
  // 32 MB on one line took 2.5 s and 100 MB 20 s where each piece was added to the line before it.
  const words = encode('word '.repeat(1 << 16));
  const seconds = async (pieces: number): Promise<number> => {
    const text = { where: 't', pieces: Array.from({ length: pieces }, () => words) };
    const start = performance.now();
    await corpusOfText('long', text, [8, 1, 1]);
    return performance.now() - start;
  };
  await seconds(20);
  const short = await seconds(20);
  const long = await seconds(160);
  expect(long).toBeLessThan(24 * short + 200);
});
