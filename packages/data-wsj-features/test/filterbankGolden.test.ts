import {
  addDeltas,
  filterbank,
  type FilterbankOptions,
  type Matrix,
} from '@bnrnn/data-wsj-features';
import { readAudio, readEntries } from '@bnrnn/data-wsj-features/node';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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

/** Reads one matrix of a list or archive whose paths are relative to the golden folder. */
async function readMatrix(path: string, name: string): Promise<Matrix> {
  for await (const { key, matrix } of readEntries(path, { kind: 'matrix', root: folder })) {
    if (key === name) return matrix;
  }
  throw new Error(`${path} has no ${name}`);
}

function differences(ours: Matrix, theirs: Matrix): { worst: number; median: number } {
  expect([ours.rows, ours.columns]).toEqual([theirs.rows, theirs.columns]);
  const sorted = Float64Array.from(ours.data, (v, i) => Math.abs(v - theirs.data[i]!)).sort();
  return { worst: sorted.at(-1)!, median: sorted[sorted.length >> 1]! };
}

describe.skipIf(absent)(`filterbanks of recordings ${title}`, () => {
  const golden: Record<string, (recording: string, bank: string, rate: string) => Promise<Matrix>> =
    {
      "Kaldi's": (recording, bank, rate) =>
        readMatrix(join(folder, 'kaldi', `${bank}.${rate}.scp`), recording),
      "torchaudio's": (recording, bank) => readNpy(join(folder, `${recording}.${bank}.npy`)),
    };

  describe.each(Object.keys(golden))('are %s', (tool) => {
    for (const recording of recordings) {
      it.each(Object.keys(banks))(`${recording}, %s, without and with deltas`, async (bank) => {
        const audio = await readAudio(join(folder, `${recording}.wav`));
        const { sampleRate } = audio;
        const ours = filterbank({ ...banks[bank], sampleRate, dither: 0 }).compute(audio);
        const rate = `${sampleRate / 1000}k`;
        for (const [matrix, name] of [
          [ours, bank],
          [addDeltas(ours), `${bank}_d2`],
        ] as const) {
          const { worst, median } = differences(matrix, await golden[tool]!(recording, name, rate));
          expect(worst, name).toBeLessThan(1e-3);
          expect(median, name).toBeLessThan(1e-5);
        }
      });
    }
  });

  it.each([
    ['test.txt', 23],
    ['test-40.txt', 40],
  ])("are Kaldi's on a sweep whose far bins hold rounding noise: %s", async (name, bins) => {
    const audio = await readAudio(join(folder, 'kaldifeat', 'test.wav'));
    const theirs = await readMatrix(join(folder, 'kaldifeat', name), '1');
    const { worst, median } = differences(filterbank({ bins, dither: 0 }).compute(audio), theirs);
    expect(worst).toBeLessThan(0.05);
    expect(median).toBeLessThan(1e-4);
  });
});
