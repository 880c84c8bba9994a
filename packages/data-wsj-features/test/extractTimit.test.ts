import { applyCmvn } from '@bnrnn/data-wsj-features';
import {
  extract,
  findRecordings,
  readAlignments,
  readEntries,
  readPhoneMap,
  readPhoneTable,
  type ExtractReport,
} from '@bnrnn/data-wsj-features/node';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const timit = resolve(repository, process.env['BNRNN_DATA'] ?? '../shared/data', 'timit-sample');
const absent = !existsSync(timit);
const title = absent ? `(skipped: no timit-sample at ${timit})` : '';

describe.skipIf(absent)(`the TIMIT sample as a data directory ${title}`, () => {
  let temporary = '';
  let folder = '';
  let report: ExtractReport;

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'bnrnn-extract-'));
    folder = join(temporary, 'data');
    const recordings = await findRecordings([timit], { labels: '.phn' });
    report = await extract(recordings, folder, { bins: 40, dither: 0 });
  });
  afterAll(() => rm(temporary, { recursive: true }));

  it('has every utterance, frame and speaker', () => {
    expect(report).toEqual({
      folder,
      utterances: 140,
      frames: 42_769,
      columns: 40,
      speakers: 14,
      classes: 61,
      framesPastLabels: 17,
      dropped: [],
    });
  });

  it.each(['utt2spk', 'spk2utt', 'utt2num_frames'])("has Kaldi's %s", async (name) => {
    const lines = async (path: string): Promise<string[]> =>
      (await readFile(path, 'utf8')).split('\n').map((line) => line.trimEnd());
    expect(await lines(join(folder, name))).toEqual(await lines(join(timit, 'kaldi', name)));
  });

  it("has Kaldi's labels, frame by frame", async () => {
    const ours = await readAlignments(folder);
    const theirs = await readAlignments(join(timit, 'kaldi', 'ali'));
    expect(ours.keys).toEqual(theirs.keys);
    expect(ours.classes).toBe(61);
    for (const key of theirs.keys) expect(ours.read(key), key).toEqual(theirs.read(key));
    expect(await readFile(join(folder, 'phones.txt'), 'utf8')).toBe(
      await readFile(join(timit, 'kaldi', 'ali', 'phones.txt'), 'utf8'),
    );
  });

  it("has Kaldi's features, within what its compression to 8 bits leaves of them", async () => {
    const theirs = readEntries(join(timit, 'kaldi', 'feats.scp'), { kind: 'matrix', root: timit });
    let worst = 0;
    let total = 0;
    for await (const { key, matrix } of readEntries(folder, { kind: 'matrix' })) {
      const expected = (await theirs.next()).value!;
      expect([key, matrix.rows]).toEqual([expected.key, expected.matrix.rows]);
      matrix.data.forEach((value, i) => {
        const difference = Math.abs(value - expected.matrix.data[i]!);
        worst = Math.max(worst, difference);
        total += difference;
      });
    }
    expect((await theirs.next()).done).toBe(true);
    expect(worst).toBeLessThan(0.12);
    expect(total / (42_769 * 40)).toBeLessThan(0.02);
  });

  it('has statistics that bring each speaker to mean 0 and variance 1', async () => {
    const statistics = new Map<string, Parameters<typeof applyCmvn>[1]>();
    for await (const { key, matrix } of readEntries(join(folder, 'cmvn.scp'), { kind: 'matrix' })) {
      statistics.set(key, matrix);
    }
    const sums = new Map<string, { frames: number; sum: number; squares: number }>();
    for await (const { key, matrix } of readEntries(folder, { kind: 'matrix' })) {
      const speaker = key.split('_')[0]!;
      const { data } = applyCmvn(matrix, statistics.get(speaker)!, 'means and variances');
      const at = sums.get(speaker) ?? { frames: 0, sum: 0, squares: 0 };
      for (let t = 0; t < matrix.rows; t++) {
        at.frames++;
        at.sum += data[t * 40 + 7]!;
        at.squares += data[t * 40 + 7]! ** 2;
      }
      sums.set(speaker, at);
    }
    expect([...statistics.keys()]).toEqual([...sums.keys()]);
    for (const { frames, sum, squares } of sums.values()) {
      expect(Math.abs(sum / frames)).toBeLessThan(1e-5);
      expect(Math.abs(squares / frames - 1)).toBeLessThan(1e-4);
    }
  });

  it('maps 61 labels to 48 or 39 classes and gives the time of a dropped one away', async () => {
    const path = join(timit, 'phones.60-48-39.map');
    for (const [column, classes] of [
      [2, 48],
      [3, 39],
    ] as const) {
      const target = join(temporary, `map${classes}`);
      const recordings = await findRecordings([join(timit, 'dr3-falk0')], { labels: '.phn' });
      const phoneMap = await readPhoneMap(path, column);
      const made = await extract(recordings, target, { phoneMap, dither: 0 });
      expect(made.classes).toBeLessThanOrEqual(classes);
      const phones = await readPhoneTable(join(target, 'phones.txt'));
      const plain = await readPhoneTable(join(timit, 'kaldi', 'ali', 'phones.txt'));
      const mapped = await readAlignments(target);
      const unmapped = await readAlignments(folder);
      let frames = 0;
      for (const key of mapped.keys) {
        const labels = mapped.read(key);
        unmapped.read(key).forEach((id, t) => {
          const becomes = phoneMap.becomes.get(plain.symbols[id]!);
          expect(phones.symbols[labels[t]!]).toBe(becomes ?? phones.symbols[labels[t - 1]!]);
          frames++;
        });
      }
      expect(frames).toBe(made.frames);
    }
  });
});
