import { DataError, randomStream } from '@bnrnn/core';
import { frameLayout, labelFrames, phoneTable } from '@bnrnn/data-wsj-features';
import { readSegments } from '@bnrnn/data-wsj-features/node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const good = Buffer.from('0 2200 h#\n2200 2715 b\n2715 3676 r\n3676 5765 ay\n5765 6308 tcl\n');
const phones = phoneTable(['h#', 'b', 'r', 'ay', 'tcl']);
const pieces = ['\n', ' ', '\t', '9', '-', '0', '\0', '\xff', '99999999999', 'h#', '\r', '.'];

it('a damaged label file is read or refused in one sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bnrnn-fuzz-'));
  const frames = frameLayout({
    sampleRate: 16_000,
    frameLength: 25,
    frameShift: 10,
    snipEdges: true,
  });
  try {
    let read = 0;
    for (let turn = 0; turn < 600; turn++) {
      const words = randomStream('labels', 61).words(6, turn);
      const at = words[0]! % good.length;
      const piece = Buffer.from(pieces[words[1]! % pieces.length]!, 'latin1');
      const rest = good.subarray(at + (words[2]! % 3));
      const bytes =
        words[3]! % 4 === 0 ? good.subarray(0, at) : [good.subarray(0, at), piece, rest];
      const path = join(folder, 'a.phn');
      await writeFile(path, Array.isArray(bytes) ? Buffer.concat(bytes) : bytes);
      try {
        const labels = labelFrames(await readSegments(path), frames, 40, phones, path);
        expect(labels.length, `turn ${turn}`).toBe(40);
        read++;
      } catch (error) {
        expect(error, `turn ${turn}`).toBeInstanceOf(DataError);
        expect((error as Error).message, `turn ${turn}`).toMatch(/a\.phn(, byte \d+)?: .+\.$/);
      }
    }
    expect(read).toBeGreaterThan(30);
    expect(read).toBeLessThan(500);
  } finally {
    await rm(folder, { recursive: true });
  }
});
