import { accumulateCmvn, formatEntry, joinUtterances, type Matrix } from '@bnrnn/data-wsj-features';
import {
  openDataDirectory,
  openFeatures,
  readAlignments,
  readEntries,
  readTransitionModel,
} from '@bnrnn/data-wsj-features/node';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataSet, expectedText, expectSameText } from './support/realData';

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
    expectSameText(ours, expectedText(timit.path, 'expected', file));
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
    expectSameText(lines.join(''), expectedText(timit.path, `expected/pdf_counts.${name}.txt`));
    const ours = shown.map((key) =>
      formatEntry({ key, kind: 'integers', integers: table.read(key) }),
    );
    expectSameText(ours.join(''), expectedText(timit.path, `expected/pdf.${name}.txt`));
  });

  it('joins features and alignments, and says which have only one of them', async () => {
    const alignments = await readAlignments(join(timit.path, 'exp/mono_ali'));
    const join_ = async (set: string): Promise<ReturnType<typeof joinUtterances>> => {
      const { features } = await openDataDirectory(join(timit.path, 'data', set));
      await features.close();
      return joinUtterances(features, alignments, { tolerance: 0 });
    };
    const all = await join_('train');
    expect([all.utterances.length, all.totalFrames]).toEqual([2950, 894_198]);
    expect([...all.droppedByReason]).toEqual([
      ['no alignment', 7],
      ['no features', 10],
    ]);
    expect(all.dropped.filter(({ reason }) => reason === 'no alignment')[0]?.key).toBe(
      'fmpg0_sx252',
    );
    expect(all.dropped.at(-1)?.key).toMatch(/^mjrg0_sx/);
    const [tr90, cv10] = [await join_('train_tr90'), await join_('train_cv10')];
    expect([tr90.utterances.length, tr90.totalFrames]).toEqual([2654, 804_729]);
    expect([cv10.utterances.length, cv10.totalFrames]).toEqual([296, 89_469]);
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
    expect([joined.utterances.length, joined.totalFrames, joined.dropped]).toEqual([
      140,
      42_769,
      [],
    ]);
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
