import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { joinUtterances } from '@bnrnn/data-wsj-features';
import {
  openDataDirectory,
  readAlignments,
  readEntries,
  readTransitionModel,
  synthesizeSpeech,
  type SyntheticSpeech,
} from '@bnrnn/data-wsj-features/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporaryFolder';

const options = {
  hours: 0.05,
  devHours: 0.01,
  columns: 5,
  classes: 31,
  phones: 6,
  medianFrames: 200,
  jobs: 3,
  seed: 11,
};

let folder: string;
let made: SyntheticSpeech;

beforeAll(async () => {
  folder = join(temporaryFolder().path, 'speech');
  made = await synthesizeSpeech(folder, options);
});

describe('synthesizeSpeech', () => {
  it('writes as many hours as asked for, and tells what', async () => {
    expect(made.frames.train).toBeGreaterThanOrEqual(18_000);
    expect(made.frames.train).toBeLessThan(18_000 + 800);
    expect(made.frames.dev).toBeGreaterThanOrEqual(3_600);
    const { features } = await openDataDirectory(made.train);
    expect(features.keys).toHaveLength(made.utterances.train);
    expect(features.keys.reduce((sum, key) => sum + features.frames(key), 0)).toBe(
      made.frames.train,
    );
    const { rows } = await features.read(features.keys[4]!);
    expect(rows).toBe(features.frames(features.keys[4]!));
    await features.close();
    expect(readdirSync(join(folder, 'exp', 'ali_train')).sort()).toEqual([
      'ali.1.gz',
      'ali.2.gz',
      'ali.3.gz',
      'final.mdl',
      'num_jobs',
    ]);
  });

  it('writes a transition model that turns the alignments into its classes', async () => {
    const model = await readTransitionModel(made.model);
    expect(model).toMatchObject({ pdfs: 31, transitions: 62 });
    // Two transition-ids a pdf, self-loop and way on; 18 states share 31 pdfs.
    expect([...model.pdfOf].slice(1)).toEqual(Array.from({ length: 62 }, (_, i) => i >> 1));
    expect(new Set([...model.phoneOf].slice(1))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const alignments = await readAlignments(made.alignments);
    expect(alignments.classes).toBe(31);
    for (const directory of [made.train, made.dev]) {
      const { features } = await openDataDirectory(directory);
      const joined = joinUtterances(features, alignments);
      expect(joined.shortened).toEqual([]);
      expect(joined.utterances).toHaveLength(features.keys.length);
      expect(joined.dropped.filter(({ reason }) => reason !== 'no features')).toEqual([]);
      await features.close();
    }
  });

  it('goes through each phone from left to right, a few frames in each state', async () => {
    const model = await readTransitionModel(made.model);
    const jobs = [1, 2, 3].map((job) => `ali_train/ali.${job}.gz`);
    let [utterances, frames, changes] = [0, 0, 0];
    for (const job of [...jobs, 'ali_dev/ali.1.gz']) {
      const entries = readEntries(join(folder, 'exp', job), { kind: 'integers' });
      for await (const { key, integers } of entries) {
        const ids = [...integers];
        const phones = ids.map((id) => model.phoneOf[id]);
        // Silence at both ends, in each of its states: three transition-ids or more.
        expect(phones.slice(0, 3), key).toEqual([1, 1, 1]);
        expect(phones.slice(-3), key).toEqual([1, 1, 1]);
        utterances++;
        frames += ids.length;
        ids.slice(1).forEach((id, i) => {
          const before = ids[i]!;
          // An odd id is a self-loop: the next frame has the same pdf; an even one goes on.
          if (before % 2 === 1) expect(model.pdfOf[id], key).toBe(model.pdfOf[before]);
          else changes++;
        });
      }
    }
    expect(utterances).toBe(made.utterances.train + made.utterances.dev);
    expect(frames / (changes + utterances)).toBeGreaterThan(2.7);
    expect(frames / (changes + utterances)).toBeLessThan(3.3);
  });

  it('makes features depend on the pdf, and normalization takes the speaker out', async () => {
    const alignments = await readAlignments(made.alignments);
    const { features } = await openDataDirectory(made.train, { cmvn: 'means' });
    const sums = new Float64Array(31 * 5);
    const counts = new Float64Array(31);
    let squares = 0;
    let frames = 0;
    for (const key of features.keys) {
      const { data } = await features.read(key);
      alignments.read(key).forEach((pdf, t) => {
        counts[pdf]!++;
        frames++;
        for (let c = 0; c < 5; c++) {
          sums[pdf * 5 + c]! += data[t * 5 + c]!;
          squares += data[t * 5 + c]! ** 2;
        }
      });
    }
    await features.close();
    // The variance between pdfs: (1 + 0.36)·0.4² is drawn; the noise within has variance 1.
    const between =
      sums.reduce((sum, value, i) => sum + value ** 2 / counts[Math.floor(i / 5)]!, 0) /
      (5 * frames);
    expect(between).toBeGreaterThan(0.1);
    expect(between).toBeLessThan(0.4);
    expect(squares / (5 * frames) - between).toBeCloseTo(1, 1);
  });

  it('writes the same bytes again, and others for another seed', async () => {
    const digest = async (seed: number): Promise<string> => {
      const where = join(temporaryFolder().path, 'again');
      await synthesizeSpeech(where, { ...options, seed });
      return createHash('sha256')
        .update(readFileSync(join(where, 'fbank', 'raw_fbank_train.2.ark')))
        .update(readFileSync(join(where, 'exp', 'ali_dev', 'ali.1.gz')))
        .digest('hex');
    };
    const first = await digest(11);
    expect(await digest(11)).toBe(first);
    expect(await digest(12)).not.toBe(first);
  });

  it.each([
    [{ hours: 0 }, 'synthesizeSpeech: hours is 0, expected a number above 0.'],
    [{ classes: 17 }, 'classes is 17, expected at least 18: one for each state of 6 phones.'],
    [{ medianFrames: 3 }, 'medianFrames is 3, expected a whole number at least 30.'],
  ])('refuses %o', async (change, sentence) => {
    const where = join(temporaryFolder().path, 'refused');
    await expect(synthesizeSpeech(where, { ...options, ...change })).rejects.toThrow(sentence);
  });

  it('writes into no folder that holds files', async () => {
    const where = temporaryFolder().path;
    writeFileSync(join(where, 'notes'), '');
    await expect(synthesizeSpeech(where, options)).rejects.toThrow('holds files already');
    expect(readdirSync(where)).toEqual(['notes']);
  });

  it.each(['notes', 'notes/speech'])(
    'says what is wrong with %s, where notes is a file',
    async (name) => {
      const where = temporaryFolder().path;
      writeFileSync(join(where, 'notes'), 'mine');
      const made = synthesizeSpeech(join(where, name), options);
      await expect(made).rejects.toThrow(
        `${join(where, name)}: cannot be made: a part of its path is a file.`,
      );
      await expect(made).rejects.toBeInstanceOf(DataError);
      await expect(made).rejects.toHaveProperty('hint', 'Name a folder that is new or empty.');
      expect(readFileSync(join(where, 'notes'), 'utf8')).toBe('mine');
      expect(readdirSync(where)).toEqual(['notes']);
    },
  );

  it('leaves nothing behind when it is stopped, and may take an empty folder', async () => {
    const where = temporaryFolder().path;
    const stop = (done: number): void => {
      if (done === 5) throw new Error('enough');
    };
    const made = synthesizeSpeech(join(where, 'speech'), { ...options, onUtterance: stop });
    await expect(made).rejects.toThrow('enough');
    expect(readdirSync(where)).toEqual([]);
    await synthesizeSpeech(where, { ...options, hours: 0.01 });
    expect(readdirSync(where).sort()).toEqual(['data', 'exp', 'fbank']);
    for (const list of ['feats.scp', 'cmvn.scp']) {
      expect(readFileSync(join(where, 'data/dev', list), 'utf8')).toContain(` ${where}/fbank/`);
    }
  });
});
