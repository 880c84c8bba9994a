import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  filterbank,
  readAudio,
  type FilterbankOptions,
  type Matrix,
} from '@bnrnn/data-wsj-features';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = resolve(repository, process.env['BNRNN_DATA'] ?? '../shared/data', 'fbank-golden');
const absent = !existsSync(folder);
const title = absent ? `(skipped: no fbank-golden at ${folder})` : '';

const recordings = ['fblv0_sx158', 'fvmh0_sx116', 'mbgt0_si1341', '7_jackson_32'];
const banks: Record<string, FilterbankOptions> = {
  fbank23: { bins: 23 },
  fbank40: { bins: 40 },
  fbank40e: { bins: 40, energy: true },
};

/** Reads a float32 matrix in NumPy's format, version 1. */
async function readNpy(path: string): Promise<Matrix> {
  const bytes = await readFile(path);
  const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString('latin1');
  expect(header).toMatch(/'descr': '<f4', 'fortran_order': False/);
  const [, rows, columns] = /\((\d+), (\d+)\)/.exec(header)!.map(Number) as [0, number, number];
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 10 + header.length));
  return { rows, columns, data: data.subarray(0, rows * columns) };
}

function differences(ours: Matrix, theirs: Matrix): { worst: number; median: number } {
  expect([ours.rows, ours.columns]).toEqual([theirs.rows, theirs.columns]);
  const sorted = Float64Array.from(ours.data, (v, i) => Math.abs(v - theirs.data[i]!)).sort();
  return { worst: sorted.at(-1)!, median: sorted[sorted.length >> 1]! };
}

describe.skipIf(absent)(`filterbanks beside Kaldi's and torchaudio's ${title}`, () => {
  for (const recording of recordings) {
    for (const [bank, options] of Object.entries(banks)) {
      it(`${recording}, ${bank}`, async () => {
        const audio = await readAudio(join(folder, `${recording}.wav`));
        const { sampleRate } = audio;
        const ours = filterbank({ ...options, sampleRate, dither: 0 }).compute(audio);
        const golden = await readNpy(join(folder, `${recording}.${bank}.npy`));
        const { worst, median } = differences(ours, golden);
        expect(worst).toBeLessThan(1e-3);
        expect(median).toBeLessThan(1e-5);
      });
    }
  }
});
