import {
  accumulateCmvn,
  formatEntry,
  joinUtterances,
  type Entry,
  type Matrix,
} from '@bnrnn/data-wsj-features';
import { openFeatures, readAlignments, readEntries, writeArk } from '@bnrnn/data-wsj-features/node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataSet, expectedText, expectSameText, kaldiText } from './support/realData';
import { temporaryFolder } from './support/temporaryFolder';

const scratch = temporaryFolder();
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
    expectSameText(await kaldiText(join(formats, file)), expectedText(formats, text_));
  });

  it('has the frame counts of utt2num_frames, by headers alone', async () => {
    const table = await openFeatures(join(formats, 'auto.scp'));
    const counts = table.keys.map((key) => `${key} ${table.frames(key)} \n`).join('');
    expect(counts).toBe(expectedText(formats, 'utt2num_frames'));
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
    const labels = expectedText(folder, 'ali_ascii.ark');
    expectSameText(await kaldiText(join(folder, 'ali.ark')), labels);
    expectSameText(await kaldiText(join(folder, 'ali_ascii.ark')), labels);
    expectSameText(
      await kaldiText(join(folder, 'feats_ascii.ark')),
      expectedText(folder, 'feats_ascii.ark'),
    );
    expectSameText(
      await kaldiText(join(folder, 'feats_compressed.ark')),
      expectedText(vesis, 'expected/feats_compressed.txt.gz'),
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
    expectSameText(await kaldiText(scp, 2), expectedText(yesno, 'expected/first2.txt.gz'));
    const table = await openFeatures(scp, { note });
    const counts = table.keys.map((key) => `${key} ${table.frames(key)}`);
    expect(counts).toEqual(
      expectedText(yesno, 'expected/utt2num_frames')
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
    expectSameText(first.join(''), expectedText(yesno, 'expected/pdf.first2.txt'));
    expect(joinUtterances(table, alignments).totalFrames).toBe(18_996);
  });
});
