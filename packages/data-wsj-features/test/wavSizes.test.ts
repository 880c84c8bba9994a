import { DataError } from '@bnrnn/core';
import { parseAudio } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';
import { chunk, wavBytes } from './support/recordings';

const samples = Array.from({ length: 60 }, (_, i) => Math.round(9000 * Math.sin(i * i + 1)));
const right = samples.length * 2;
const markers = [0, 0xffffffff, 0x7fffffff, 0x7ffff000, 0x80000000, 0xffffffff - 36];
const odd = chunk('LIST', Buffer.from('INFO!'));
const unpadded = odd.subarray(0, -1);

interface Layout {
  readonly name: string;
  readonly before: Buffer[];
  readonly after: Buffer[];
}
const layouts: Layout[] = [
  { name: 'no other chunk', before: [], after: [] },
  { name: 'an odd chunk before', before: [odd], after: [] },
  { name: 'an odd chunk without padding before', before: [unpadded], after: [] },
  { name: 'a chunk after', before: [], after: [chunk('LIST', Buffer.from('INFO'))] },
  { name: 'an unpadded chunk after', before: [], after: [unpadded] },
];

interface Form {
  readonly layout: Layout;
  readonly riff: string;
  readonly data: string;
  readonly bytes: Buffer;
}

/** Sizes by name: right, of a pipe, the whole file's length, or off by 8, 16 and 100. */
function sizes(exact: number, whole: number): [string, number][] {
  const off = [8, 16, 100]
    .flatMap((by): [string, number][] => [
      [`+${by}`, exact + by],
      [`-${by}`, exact - by],
    ])
    // The whole file's length is 8 too large for the head, and has its name already.
    .filter(([, size]) => size !== whole);
  const named = markers.map((size): [string, number] => [`pipe ${size}`, size]);
  return [
    ['right', exact],
    ...(exact === whole ? [] : [['whole', whole] as [string, number]]),
    ...named,
    ...off,
  ];
}

function forms(layout: Layout): Form[] {
  const { before, after } = layout;
  const whole = wavBytes(samples, { before, after });
  const riffs = sizes(whole.length - 8, whole.length);
  return riffs.flatMap(([riff, riffSize]) =>
    sizes(right, right).map(([data, dataSize]) => ({
      layout,
      riff,
      data,
      bytes: wavBytes(samples, { before, after, riffSize, dataSize }),
    })),
  );
}

const isPipe = (size: string): boolean => size.startsWith('pipe');

/**
 * The samples that a form must give by the rule of `sampleBytes`: undefined where it is cut short by both of its sizes.
 */
function wanted({ layout, riff, data }: Form): 'all' | 'less' | 'cut' | 'open' {
  const isLast = layout.after.length === 0;
  // What follows the samples cannot be told from them.
  if (!isLast && (isPipe(data) || data !== 'right')) return 'open';
  if (data === 'right' || isPipe(data) || isPipe(riff)) return 'all';
  // Eight bytes more by both sizes are what a file shows that lost its last eight.
  if (riff === 'whole' && data === '+8') return 'cut';
  if (riff === 'right' || riff === 'whole') return 'all';
  // A file that is no shorter than its head says misses nothing.
  if (data.startsWith('+')) return riff.startsWith('-') ? 'all' : 'cut';
  // Both sizes agree, or nothing says more than the data's own size.
  return 'less';
}

describe('the sizes in a WAV file', () => {
  it.each(layouts)('are met as the rule says: $name', (layout) => {
    const seen = new Map<string, number>();
    for (const form of forms(layout)) {
      const where = `${layout.name}, RIFF ${form.riff}, data ${form.data}`;
      const kind = wanted(form);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const notes: string[] = [];
      const read = (): number[] => [
        ...parseAudio(form.bytes, 'a.wav', { note: (text) => notes.push(text) }).samples,
      ];
      if (kind === 'open') {
        // Never less than is there, and never an error that blames the file's end.
        expect(() => read(), where).not.toThrow(/cut short: the file/);
      } else if (kind === 'cut') {
        expect(read, where).toThrow(DataError);
        expect(read, where).toThrow(/cut short: data says \d+ bytes, 120 are there/);
      } else {
        const got = read();
        const least =
          kind === 'all' ? samples.length : samples.length - Number(form.data.slice(1)) / 2;
        expect(got, where).toEqual(samples.slice(0, least));
        const agrees =
          (form.riff === 'right' || isPipe(form.riff)) &&
          (form.data === 'right' || isPipe(form.data));
        const sure =
          agrees || isPipe(form.riff) || (isPipe(form.data) && layout.after.length === 0);
        if (sure)
          expect(
            notes.filter((text) => !text.includes('padding')),
            where,
          ).toEqual([]);
        else
          expect(notes.join(' '), where).toMatch(/^a\.wav: .*(it ends at byte|are there|not) ?\d*/);
      }
    }
    expect(seen.get('all') ?? 0).toBeGreaterThan(10);
  });

  it('that both say more than is there mean a file cut short, at whatever byte', () => {
    const bytes = wavBytes(samples, { before: [odd] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseAudio(bytes.subarray(0, length), 'a.wav'), `${length} bytes`).toThrow(
        DataError,
      );
    }
  });

  it('say of an empty recording that it is empty', () => {
    expect(() => parseAudio(wavBytes([]), 'a.wav')).toThrow('byte 44: holds no samples');
    const followed = wavBytes([], { after: [odd] });
    expect(() => parseAudio(followed, 'a.wav')).toThrow('byte 44: holds no samples');
  });

  it('may leave a half sample or other bytes at the end', () => {
    const half = Buffer.concat([wavBytes(samples, { riffSize: 0, dataSize: 0 }), Buffer.of(7)]);
    expect([...parseAudio(half, 'a.wav').samples]).toEqual(samples);
    const tagged = Buffer.concat([wavBytes(samples), Buffer.from('TAG and other bytes')]);
    const notes: string[] = [];
    const read = parseAudio(tagged, 'a.wav', { note: (text) => notes.push(text) });
    expect([...read.samples]).toEqual(samples);
    expect(notes).toEqual(['a.wav: the file says it ends at byte 164, it ends at byte 183.']);
  });
});
