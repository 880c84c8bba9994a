import {
  accumulateCmvn,
  formatEntry,
  joinUtterances,
  openDataDirectory,
  openFeatures,
  readAlignments,
  readEntries,
  readTransitionModel,
  writeArk,
  type Entry,
  type Matrix,
} from '@bnrnn/data-wsj-features';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporaryFolder';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const data = resolve(repository, process.env['BNRNN_DATA'] ?? '../shared/data');
const scratch = temporaryFolder();

/** The path of a data set, whether it is absent, and the words that a skipped test shows. */
function dataSet(name: string): { path: string; absent: boolean; title: string } {
  const path = join(data, name);
  const absent = !existsSync(path);
  return { path, absent, title: absent ? `(skipped: nothing at ${path})` : '' };
}

function expected(...path: string[]): string {
  const content = readFileSync(join(...path));
  return (path.at(-1)?.endsWith('.gz') === true ? gunzipSync(content) : content).toString();
}

async function text(spec: string, most = Infinity): Promise<string> {
  let all = '';
  let count = 0;
  for await (const entry of readEntries(spec)) {
    all += formatEntry(entry);
    if (++count === most) break;
  }
  return all;
}

/** Fails with the first line that differs instead of two long texts. */
function expectSameText(actual: string, wanted: string): void {
  if (actual === wanted) return;
  const [ours, theirs] = [actual.split('\n'), wanted.split('\n')];
  const at = theirs.findIndex((line, i) => line !== ours[i]);
  expect(`line ${at}: ${ours[at]?.slice(0, 300)}`).toBe(`line ${at}: ${theirs[at]?.slice(0, 300)}`);
  expect(ours).toHaveLength(theirs.length);
}

const samples = dataSet('kaldi-samples');
describe.skipIf(samples.absent)(`one set of features in every form ${samples.title}`, () => {
  const formats = join(samples.path, 'formats');
  it.each([
    ['fm.ark', 'text.ark'],
    ['fm.ark.gz', 'text.ark'],
    ['fm.scp', 'text.ark'],
    ['text.ark', 'text.ark'],
    ['auto.ark', 'expected/auto.txt'],
    ['auto.scp', 'expected/auto.txt'],
    ['cm2.ark', 'expected/cm2.txt'],
    ['cm2.scp', 'expected/cm2.txt'],
    ['cm3.ark', 'expected/cm3.txt'],
    ['cm3.scp', 'expected/cm3.txt'],
    ['dm.ark', 'expected/dm.txt'],
    ['dm.scp', 'expected/dm.txt'],
    ['global_cmvn.mat', 'expected/global_cmvn.txt'],
    ['pdf.ark', 'expected/pdf.txt'],
    ['pdf.ark.gz', 'expected/pdf.txt'],
    ['pdf.scp', 'expected/pdf.txt'],
    ['ranges.scp', 'expected/ranges.txt'],
  ])("%s reads as Kaldi's %s", async (file, text_) => {
    expectSameText(await text(join(formats, file)), expected(formats, text_));
  });

  it('has the frame counts of utt2num_frames, by headers alone', async () => {
    const table = await openFeatures(join(formats, 'auto.scp'));
    const counts = table.keys.map((key) => `${key} ${table.frames(key)} \n`).join('');
    expect(counts).toBe(expected(formats, 'utt2num_frames'));
    await table.close();
  });

  it('sums up to the statistics of compute-cmvn-stats, bit for bit', async () => {
    const speakers = new Map<string, Matrix>();
    for await (const { key, matrix } of readEntries(join(formats, 'fm.scp'), { kind: 'matrix' })) {
      const speaker = key.slice(0, 5);
      speakers.set(speaker, accumulateCmvn(matrix, speakers.get(speaker)));
    }
    const theirs = new Map<string, Matrix>();
    for await (const { key, matrix } of readEntries(join(formats, 'dm.ark'), { kind: 'matrix' })) {
      theirs.set(key, matrix);
    }
    expect(speakers).toEqual(theirs);
    expect(theirs.size).toBe(3);
  });

  it.each(['fm.ark', 'dm.ark', 'pdf.ark', 'auto.ark'])(
    '%s is written back to the same',
    async (name) => {
      const path = join(scratch.path, name);
      await writeArk(path, readEntries(join(formats, name)));
      // What was compressed is written as float32; the others byte for byte.
      if (name !== 'auto.ark') {
        expect(readFileSync(path).equals(readFileSync(join(formats, name)))).toBe(true);
      }
      const again: Entry[] = [];
      for await (const entry of readEntries(path)) again.push(entry);
      const first: Entry[] = [];
      for await (const entry of readEntries(join(formats, name))) first.push(entry);
      expect(again).toEqual(first);
    },
  );
});

describe.skipIf(samples.absent)(`files of others ${samples.title}`, () => {
  const vesis = join(samples.path, 'vesis84');
  const yesno = join(samples.path, 'yesno');

  it("has vesis84's alignments and features, binary as text", async () => {
    const folder = join(vesis, 'tests/data');
    const labels = expected(folder, 'ali_ascii.ark');
    expectSameText(await text(join(folder, 'ali.ark')), labels);
    expectSameText(await text(join(folder, 'ali_ascii.ark')), labels);
    expectSameText(
      await text(join(folder, 'feats_ascii.ark')),
      expected(folder, 'feats_ascii.ark'),
    );
    expectSameText(
      await text(join(folder, 'feats_compressed.ark')),
      expected(vesis, 'expected/feats_compressed.txt.gz'),
    );
  });

  it("reads vesis84's scp up to the lines that Kaldi refuses", async () => {
    const scp = join(vesis, 'tests/data/feats_ascii.scp');
    const shapes: number[][] = [];
    const read = async (): Promise<void> => {
      for await (const { matrix } of readEntries(scp, { kind: 'matrix' })) {
        shapes.push([matrix.rows, matrix.columns]);
      }
    };
    await expect(read()).rejects.toThrow(
      /feats_ascii\.scp, key AMI_ES2011a_H00_FEE041_0003714_0003915_slice2: line 5 asks for columns 7 to 13 of 13/,
    );
    expect(shapes).toEqual([
      [285, 13],
      [199, 13],
      [199, 13],
      [6, 13],
    ]);
    await expect(openFeatures(scp)).rejects.toThrow('the key stands on lines 4 and 5');
  });

  it('reads the yesno recipe, whose scp names paths of another machine', async () => {
    const notes: string[] = [];
    const note = (sentence: string): void => void notes.push(sentence);
    const scp = join(yesno, 'mfcc/raw_mfcc_train_yesno.1.scp');
    expectSameText(await text(scp, 2), expected(yesno, 'expected/first2.txt.gz'));
    const table = await openFeatures(scp, { note });
    const counts = table.keys.map((key) => `${key} ${table.frames(key)}`);
    expect(counts).toEqual(
      expected(yesno, 'expected/utt2num_frames')
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    );
    await table.close();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`was read from ${join(yesno, 'mfcc/raw_mfcc_train_yesno.1.ark')}`);

    const mono = join(yesno, 'exp/mono0a');
    const alignments = await readAlignments(mono, { model: join(mono, '40.mdl') });
    const first = alignments.keys.slice(0, 2).map((key) => {
      return formatEntry({ key, kind: 'integers', integers: alignments.read(key) });
    });
    expectSameText(first.join(''), expected(yesno, 'expected/pdf.first2.txt'));
    expect(joinUtterances(table, alignments).totalFrames).toBe(18_996);
  });
});

const timit = dataSet('kaldi-timit');
describe.skipIf(timit.absent)(`a Kaldi recipe's directories ${timit.title}`, () => {
  const shown = ['faem0_si1392', 'mgaf0_si1282', 'mzmb0_si1796'];
  const models = {
    tri3: join(timit.path, 'exp/dnn4_pretrain-dbn_dnn/final.mdl'),
    mono: join(timit.path, 'exp/mono_ali/final.mdl'),
  };

  it.each([
    ['none', 'mfcc.txt.gz'],
    ['means', 'mfcc_cmn_d2.txt.gz'],
    ['means and variances', 'mfcc_cmvn_d2.txt.gz'],
  ] as const)("normalizes (%s) and adds deltas to Kaldi's last digit: %s", async (cmvn, file) => {
    const { features, dropped } = await openDataDirectory(join(timit.path, 'data/train'), {
      cmvn,
      ...(cmvn === 'none' ? {} : { deltas: {} }),
    });
    expect([features.keys.length, features.columns]).toEqual([2957, cmvn === 'none' ? 13 : 39]);
    expect(dropped).toEqual([]);
    let ours = '';
    for (const key of shown) {
      ours += formatEntry({ key, kind: 'matrix', matrix: await features.read(key) });
    }
    await features.close();
    expectSameText(ours, expected(timit.path, 'expected', file));
  });

  it("finds the archives of Kaldi's own scp files, made on another machine", async () => {
    const own = await openFeatures(join(timit.path, 'mfcc/raw_mfcc_train.10.scp'));
    const { features } = await openDataDirectory(join(timit.path, 'data/train'));
    const key = 'mzmb0_si1796';
    expect(await own.read(key)).toEqual(await features.read(key));
    await own.close();
    await features.close();
  });

  it.each([
    ['tri3', 1928, 4010],
    ['mono', 144, 288],
  ] as const)('maps the alignments of %s as ali-to-pdf', async (name, pdfs, transitions) => {
    const model = await readTransitionModel(models[name]);
    expect([model.pdfs, model.transitions]).toEqual([pdfs, transitions]);
    const table = await readAlignments(join(timit.path, `exp/${name}_ali`), { model });
    expect([table.keys.length, table.classes]).toEqual([2960, pdfs]);
    const counts = new Int32Array(pdfs);
    for (const key of table.keys) {
      for (const pdf of table.read(key)) counts[pdf]!++;
    }
    const lines = Array.from(counts, (count, pdf) => (count === 0 ? '' : `${pdf} ${count}\n`));
    expectSameText(lines.join(''), expected(timit.path, `expected/pdf_counts.${name}.txt`));
    const ours = shown.map((key) =>
      formatEntry({ key, kind: 'integers', integers: table.read(key) }),
    );
    expectSameText(ours.join(''), expected(timit.path, `expected/pdf.${name}.txt`));
  });

  it('joins features and alignments, and says which have only one of them', async () => {
    const alignments = await readAlignments(join(timit.path, 'exp/mono_ali'));
    const join_ = async (set: string): Promise<ReturnType<typeof joinUtterances>> => {
      const { features } = await openDataDirectory(join(timit.path, 'data', set));
      await features.close();
      return joinUtterances(features, alignments, { tolerance: 0 });
    };
    const all = await join_('train');
    expect([all.keys.length, all.totalFrames]).toEqual([2950, 894_198]);
    expect([...all.droppedByReason]).toEqual([
      ['no alignment', 7],
      ['no features', 10],
    ]);
    expect(all.dropped.filter(({ reason }) => reason === 'no alignment')[0]?.key).toBe(
      'fmpg0_sx252',
    );
    expect(all.dropped.at(-1)?.key).toMatch(/^mjrg0_sx/);
    const [tr90, cv10] = [await join_('train_tr90'), await join_('train_cv10')];
    expect([tr90.keys.length, tr90.totalFrames]).toEqual([2654, 804_729]);
    expect([cv10.keys.length, cv10.totalFrames]).toEqual([296, 89_469]);
  });

  it('sums up to the statistics that the recipe stored', async () => {
    const { features, speakers } = await openDataDirectory(join(timit.path, 'data/train'));
    const sums = new Map<string, Matrix>();
    for (const key of features.keys.filter((name) => name.startsWith('fa'))) {
      const speaker = speakers.get(key)!;
      sums.set(speaker, accumulateCmvn(await features.read(key), sums.get(speaker)));
    }
    await features.close();
    let compared = 0;
    const stored = readEntries(join(timit.path, 'data/train/cmvn.scp'), { kind: 'matrix' });
    for await (const { key, matrix } of stored) {
      const own = sums.get(key);
      if (own === undefined) continue;
      compared++;
      own.data.forEach((value, i) => {
        expect(Math.abs(value / matrix.data[i]! - 1) || 0).toBeLessThan(1e-9);
      });
    }
    expect(compared).toBe(5);
  });
});

const sample = dataSet('timit-sample');
describe.skipIf(sample.absent)(`a directory that Kaldi's tools made ${sample.title}`, () => {
  it('joins features with hand-made labels, whose numbers are classes already', async () => {
    const { features, dropped } = await openDataDirectory(join(sample.path, 'kaldi'), {
      cmvn: 'means and variances',
      deltas: {},
    });
    expect([features.keys.length, features.columns]).toEqual([140, 120]);
    expect(dropped).toEqual([]);
    const alignments = await readAlignments(join(sample.path, 'kaldi/ali'));
    expect(alignments.classes).toBe(61);
    const joined = joinUtterances(features, alignments, { tolerance: 0 });
    expect([joined.keys.length, joined.totalFrames, joined.dropped]).toEqual([140, 42_769, []]);
    // Over each speaker the static values have mean 0 and variance 1.
    const speaker = features.keys.filter((key) => key.startsWith('faem0'));
    let [count, sum, squares] = [0, 0, 0];
    for (const key of speaker) {
      const { rows, data: values } = await features.read(key);
      for (let t = 0; t < rows; t++) {
        count++;
        sum += values[120 * t + 7]!;
        squares += values[120 * t + 7]! ** 2;
      }
    }
    await features.close();
    expect(sum / count).toBeCloseTo(0, 5);
    expect(squares / count).toBeCloseTo(1, 4);
  });
});
