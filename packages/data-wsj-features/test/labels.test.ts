import {
  frameLayout,
  labelFrames,
  mapSegments,
  phoneTable,
  type Segment,
} from '@bnrnn/data-wsj-features';
import { readPhoneMap, readPhoneTable, readSegments } from '@bnrnn/data-wsj-features/node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bnrnn-labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'a.txt');
  await writeFile(path, content);
  return path;
}

const frames = frameLayout({
  sampleRate: 16_000,
  frameLength: 25,
  frameShift: 10,
  snipEdges: true,
});
const segments: Segment[] = [
  { begin: 0, end: 200, label: 'h#' },
  { begin: 200, end: 520, label: 'b' },
  { begin: 520, end: 521, label: 'r' },
];

describe('readSegments', () => {
  it('reads lines of BEGIN END LABEL', async () => {
    const path = await file('0 200 h#\r\n200\t520 b\n\n520 521 r');
    expect(await readSegments(path)).toEqual(segments);
  });

  it.each([
    ['0 200 h#\n200 520\n', 'a.txt, byte 9: line 2 is not BEGIN END LABEL'],
    ['0 200 a b', 'byte 0: line 1 is not BEGIN END LABEL'],
    ['-5 200 a', 'line 1 is not BEGIN END LABEL'],
    ['0 9999999999999999999 a', 'line 1 is not BEGIN END LABEL'],
    ['200 100 a', 'line 1 ends at sample 100, before it begins at 200'],
    [
      '0 200 a\n199 300 b',
      'byte 8: line 2 begins at sample 199, before the label above it ends at 200',
    ],
    ['\n\n', 'a.txt: has no labels.'],
    ['0 200 \xff', 'line 1 is not UTF-8 text'],
    ['0 200 a\0', 'line 1 has a zero byte'],
  ])('refuses %j', async (text, message) => {
    await expect(readSegments(await file(Buffer.from(text, 'latin1')))).rejects.toThrow(message);
  });
});

describe('labelFrames', () => {
  const phones = phoneTable(['r', 'b', 'h#']);

  it('takes the label that holds the middle sample, and the last one past the end', () => {
    // Middles: 200, 360, 520, 680, 840.
    expect([...labelFrames(segments, frames, 5, phones, 'a.phn')]).toEqual([0, 0, 2, 2, 2]);
  });

  it('refuses a middle that no label holds, and an unknown label', () => {
    const late = [{ begin: 201, end: 900, label: 'b' }];
    expect(() => labelFrames(late, frames, 3, phones, 'a.phn')).toThrow(
      'a.phn: no label holds sample 200, the middle of frame 0; the next one begins at 201.',
    );
    const gap = [
      segments[0]!,
      { begin: 300, end: 350, label: 'r' },
      { begin: 400, end: 401, label: 'b' },
    ];
    expect(() => labelFrames(gap, frames, 3, phones, 'a.phn')).toThrow('no label holds sample 200');
    expect(() => labelFrames(segments, frames, 1, phoneTable(['b', 'h#']), 'a.phn')).toThrow(
      'a.phn: label "r" at sample 520 is not among the 2 phones.',
    );
  });
});

describe('phone tables and maps', () => {
  it('number phones from 0 in the order of their bytes', () => {
    const table = phoneTable(['b', 'ax-h', 'h#', 'ax', 'b']);
    expect(table.symbols).toEqual(['ax', 'ax-h', 'b', 'h#']);
    expect([table.classes, table.idOf('b'), table.idOf('q')]).toEqual([4, 2, undefined]);
  });

  it('read a table with its own numbers', async () => {
    const table = await readPhoneTable(await file('h# 7\nb 3\n'));
    expect(table.symbols).toEqual(['b', 'h#']);
    expect([table.classes, table.idOf('h#')]).toEqual([8, 7]);
    await expect(readPhoneTable(await file('\n'))).rejects.toThrow('a.txt');
  });

  it('map labels and give the time of dropped ones to their neighbours', async () => {
    const map = await readPhoneMap(await file('b\tp\tP\nq\nh#\tsil\tSIL\n'), 2);
    const mapped = mapSegments(
      [
        { begin: 0, end: 10, label: 'q' },
        { begin: 10, end: 20, label: 'q' },
        { begin: 20, end: 30, label: 'h#' },
        { begin: 30, end: 40, label: 'q' },
        { begin: 40, end: 50, label: 'b' },
      ],
      map,
      'a.phn',
    );
    expect(mapped).toEqual([
      { begin: 0, end: 40, label: 'sil' },
      { begin: 40, end: 50, label: 'p' },
    ]);
    const unknown = [{ begin: 5, end: 9, label: 'zz' }];
    expect(() => mapSegments(unknown, map, 'a.phn')).toThrow(
      /^a\.phn: label "zz" at sample 5 is not in .*a\.txt\.$/,
    );
    const only = [{ begin: 0, end: 9, label: 'q' }];
    expect(() => mapSegments(only, map, 'a.phn')).toThrow('drops all 1 labels');
  });

  it('refuse a map without the column, or with a label twice', async () => {
    const path = await file('b\tp\nq\nb\tp\n');
    await expect(readPhoneMap(path, 2)).rejects.toThrow('byte 6: line 3 has b a second time');
    await expect(readPhoneMap(await file('b\tp\nq\n'), 3)).rejects.toThrow(
      'no line has 3 columns, the widest has 2',
    );
  });
});
