import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { integerVector } from '../../../test/support/kaldiBytes';
import { binaryModel, textModel } from '../../../test/support/models';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { readAlignments } from './readAlignments';
import { readTransitionModel } from './readTransitionModel';

const folder = temporaryFolder();
folder.write('exp/tri/ali.1.gz', gzipSync(integerVector('a', [1, 1, 2])));
folder.write('exp/tri/ali.10.gz', gzipSync(integerVector('c', [8])));
folder.write('exp/tri/ali.2.gz', gzipSync('b 3 9 \n'));
folder.write('exp/tri/tree', 'not an alignment');
folder.write('exp/tri/trans.1', 'a 1 2 3');
folder.write('exp/tri/num_jobs', '10\n');
const model = folder.write('exp/other/final.mdl', binaryModel('Tuples'));
const alignments = join(folder.path, 'exp/tri');

describe('readAlignments', () => {
  it('reads the jobs of a folder, in the order of their numbers, with a model from elsewhere', async () => {
    const notes: string[] = [];
    const table = await readAlignments(alignments, { model, note: (text) => notes.push(text) });
    expect(table.keys).toEqual(['a', 'b', 'c']);
    expect(table.classes).toBe(9);
    expect(table.keys.map((key) => [...table.read(key)])).toEqual([[5, 5, 0], [6, 8], [7]]);
    expect(table.has('c')).toBe(true);
    expect(table.has('d')).toBe(false);
    expect(() => table.read('d')).toThrow(/key d: there is no alignment for this utterance/);
    expect(notes).toEqual([
      `${alignments}: 3 of 10 alignment jobs are here.`,
      `${alignments}: numbers are transition-ids, which become pdf-ids by ${model}.`,
    ]);
  });

  it('uses the model beside the jobs, and refuses to guess without one', async () => {
    folder.write('exp/mono/ali.1.gz', gzipSync('a 4 4 \n'));
    const mono = join(folder.path, 'exp/mono');
    await expect(readAlignments(mono)).rejects.toThrow(
      /ali\.1\.gz: holds transition-ids, by its name, but there is no final\.mdl beside it/,
    );
    await expect(readAlignments(mono)).rejects.toHaveProperty(
      'hint',
      expect.stringMatching(/--model final\.mdl.*pdf\.1\.gz.*alreadyClasses: true/),
    );
    const asClasses = await readAlignments(mono, { alreadyClasses: true });
    expect([...asClasses.read('a'), asClasses.classes]).toEqual([4, 4, 5]);
    folder.write('exp/mono/final.mdl', binaryModel('Triples'));
    const notes: string[] = [];
    const table = await readAlignments(mono, { note: (text) => notes.push(text) });
    expect([...table.read('a'), table.classes]).toEqual([1, 1, 8]);
    expect(notes).toEqual([
      `${mono}: numbers are transition-ids, which become pdf-ids by ${mono}/final.mdl.`,
    ]);
  });

  it('takes tables of classes, binary or text, as many as are given', async () => {
    const text = folder.write('pdf.txt', 'x 0 3 3 \ny 70000 \n');
    const binary = folder.write('more.ark', integerVector('z', [2, 0]));
    const table = await readAlignments([text, binary]);
    expect(table.keys).toEqual(['x', 'y', 'z']);
    expect(table.classes).toBe(70_001);
    expect(table.keys.map((key) => [...table.read(key)])).toEqual([[0, 3, 3], [70_000], [2, 0]]);
    const copy = table.read('x');
    copy[0] = 9;
    expect(table.read('x')[0]).toBe(0);
  });

  it.each(['ali', 'ali.txt', 'ali.ark', 'ali.gz', 'ali.dev.gz'])(
    'reads %s beside a model as transition-ids, and as classes where no model is',
    async (name) => {
      const content = name.endsWith('gz') ? gzipSync('a 3 9 \n') : 'a 3 9 \n';
      const [ids, classes] = [`ids/${name}/${name}`, `classes/${name}/${name}`];
      const paths = [folder.write(ids, content), folder.write(classes, content)] as const;
      const beside = folder.write(`ids/${name}/final.mdl`, binaryModel('Triples'));
      const notes: string[] = [];
      const note = (text: string): void => void notes.push(text);
      const byModel = await readAlignments(paths[0], { note });
      expect([...byModel.read('a'), byModel.classes]).toEqual([1, 7, 8]);
      const asTheyAre = await readAlignments(paths[1], { note });
      expect([...asTheyAre.read('a'), asTheyAre.classes]).toEqual([3, 9, 10]);
      const told = await readAlignments(paths[0], { note, alreadyClasses: true });
      expect([...told.read('a')]).toEqual([3, 9]);
      expect(notes).toEqual([
        `${paths[0]}: numbers are transition-ids, which become pdf-ids by ${beside}.`,
        `${paths[1]}: numbers are classes as they are.`,
        `${paths[0]}: numbers are classes as they are.`,
      ]);
    },
  );

  it('tells of each source how it is read, whatever its name, where a model is named', async () => {
    const labels = folder.write('labels.7.txt', 'x 3 9\n');
    const more = folder.write('labels.8.txt', 'y 1\n');
    const notes: string[] = [];
    const note = (text: string): void => void notes.push(text);
    const table = await readAlignments([labels, more], { model, note });
    expect([...table.read('x')]).toEqual([6, 8]);
    const ids = 'numbers are transition-ids, which become pdf-ids by';
    expect(notes).toEqual([`${labels}: ${ids} ${model}.`, `${more}: ${ids} ${model}.`]);
    notes.length = 0;
    await readAlignments(labels, { model: await readTransitionModel(model), note });
    await readAlignments(labels, { note });
    const names = folder.write('named.txt', 'a aa\n');
    const symbols = folder.write('named-phones.txt', 'aa 0\n');
    await readAlignments(names, { symbols, note });
    expect(notes).toEqual([
      `${labels}: ${ids} the model given.`,
      `${labels}: numbers are classes as they are.`,
      `${names}: names become classes by ${symbols}.`,
    ]);
  });

  it('takes frames that are labelled by name', async () => {
    const symbols = folder.write('phones.txt', '<eps> 0\nsil 1\naa 2\n');
    const labels = folder.write('names.txt', 'a sil aa aa\nb aa\n');
    const table = await readAlignments(labels, { symbols });
    expect(table.keys.map((key) => [...table.read(key)])).toEqual([[1, 2, 2], [2]]);
    const unknown = folder.write('unknown.txt', 'a sil\nb sil zz\n');
    await expect(readAlignments(unknown, { symbols })).rejects.toThrow(
      /unknown\.txt, key b, byte 6: frame 1 has the label "zz", which .*phones\.txt does not list/,
    );
    await expect(readAlignments(labels, { symbols, model })).rejects.toThrow(
      'readAlignments: both a model and symbols were given, expected one',
    );
    const twice = folder.write('twice-phones.txt', 'sil 1\nsil 2\n');
    await expect(readAlignments(labels, { symbols: twice })).rejects.toThrow(
      'line 2 has sil a second',
    );
  });

  it('refuses labels outside the classes, keys twice, other models and empty folders', async () => {
    const text = folder.write('labels.txt', 'x 0 3 -1 \n');
    await expect(readAlignments(text)).rejects.toThrow(
      /labels\.txt, key x: frame 2 has the label -1, expected one from 0\./,
    );
    await expect(readAlignments(folder.write('l.txt', 'x 1 3\n'), { classes: 3 })).rejects.toThrow(
      'frame 1 has the label 3, expected one from 0 to 2.',
    );
    await expect(readAlignments([alignments, alignments], { model })).rejects.toThrow(
      /ali\.1\.gz, key a: the key stands twice/,
    );
    await expect(readAlignments(folder.write('t.txt', 'x 10\n'), { model })).rejects.toThrow(
      /t\.txt, key x: frame 0 has transition-id 10, but the model has 1 to 9/,
    );
    folder.write('empty/tree', '');
    await expect(readAlignments(join(folder.path, 'empty'))).rejects.toThrow('has no ali.1.gz');
    await expect(readAlignments(join(folder.path, 'none'))).rejects.toThrow(
      'there is no such file',
    );
    await expect(readAlignments(folder.write('nothing.txt', ''))).rejects.toThrow(
      'is no alignment',
    );
  });

  it('takes the names of tables, of folders and of files, with the model beside', async () => {
    folder.write('exp/text/ali.1.txt', 'a 4 4 \n');
    folder.write('exp/text/final.mdl', binaryModel('Triples'));
    const text = join(folder.path, 'exp/text');
    for (const spec of [`ark:${text}`, `ark,t:${text}/ali.1.txt`]) {
      const table = await readAlignments(spec);
      expect([...table.read('a'), table.classes], spec).toEqual([1, 1, 8]);
    }
    const symbols = folder.write('two-phones.txt', 'sil 0\naa 1\n');
    const named = folder.write('two-names.txt', 'a sil aa\n');
    const table = await readAlignments(`ark,t:${named}`, { symbols });
    expect([...table.read('a')]).toEqual([0, 1]);
  });

  it('takes folders of one model, and refuses those of models whose classes differ', async () => {
    folder.write('exp/one/ali.1.gz', gzipSync('one 1 9 \n'));
    folder.write('exp/copy/ali.1.gz', gzipSync('two 3 \n'));
    folder.write('exp/fewer/ali.1.gz', gzipSync('three 3 \n'));
    folder.write('exp/swapped/ali.1.gz', gzipSync('four 3 \n'));
    const at = (name: string): string => join(folder.path, 'exp', name);
    folder.write('exp/one/final.mdl', binaryModel('Triples'));
    folder.write('exp/copy/final.mdl', textModel('Triples'));
    folder.write('exp/fewer/final.mdl', binaryModel('Tuples'));
    const swapped = textModel('Triples').replace('1 0 0 \n1 1 1', '1 0 1 \n1 1 0');
    expect(swapped).not.toBe(textModel('Triples'));
    folder.write('exp/swapped/final.mdl', swapped);
    const table = await readAlignments([at('one'), at('copy')]);
    expect(table.keys.map((key) => [...table.read(key)])).toEqual([[0, 7], [1]]);
    await expect(readAlignments([at('one'), at('copy'), at('fewer')])).rejects.toThrow(
      `${at('fewer')}/final.mdl: has other classes (9 pdf-ids of 9 transition-ids) than ${at('one')}/final.mdl (8 of 9), expected alignments of one model.`,
    );
    // The same counts, and two pdf-ids exchanged.
    await expect(readAlignments([at('one'), at('swapped')])).rejects.toThrow(
      `${at('swapped')}/final.mdl: has other classes`,
    );
    const before = folder.write('before.txt', 'x 0 8\n');
    await expect(readAlignments([before, at('one')])).rejects.toThrow(
      `${before}, key x: frame 1 has the label 8, expected one from 0 to 7: ${at('one')}/final.mdl has 8 classes.`,
    );
    await expect(readAlignments([at('one'), before])).rejects.toThrow(
      'frame 1 has the label 8, expected one from 0 to 7.',
    );
  });
});
