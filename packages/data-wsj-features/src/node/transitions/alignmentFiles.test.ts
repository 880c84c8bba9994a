import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { alignmentFiles, isAlignmentJob, isCalledAlignment, modelBeside } from './alignmentFiles';

const folder = temporaryFolder();

/** The names found in a folder of these files. */
async function found(name: string, files: readonly string[]): Promise<string[]> {
  const path = join(folder.path, name);
  mkdirSync(path, { recursive: true });
  for (const file of files) folder.write(join(name, file), '');
  return (await alignmentFiles(path)).map((file) => file.slice(path.length + 1));
}

describe('alignmentFiles', () => {
  it('takes the jobs by number, and alignments before what else is numbered', async () => {
    const files = [
      'ali.10.gz',
      'ali.2.gz',
      'ali.1.gz',
      'trans.1',
      'fsts.1.gz',
      'final.mdl',
      'tree',
    ];
    expect(await found('tri', files)).toEqual(['ali.1.gz', 'ali.2.gz', 'ali.10.gz']);
    expect(await found('pdfs', ['pdf.2.ark', 'pdf.1.ark', 'log.1'])).toEqual([
      'pdf.1.ark',
      'pdf.2.ark',
    ]);
    expect(await found('phones', ['phn.1.gz', 'phones.txt'])).toEqual(['phn.1.gz']);
    expect(await found('own', ['mine.3.txt', 'readme'])).toEqual(['mine.3.txt']);
  });

  it('is the file itself where one is named', async () => {
    const path = folder.write('one.ark', '');
    expect(await alignmentFiles(path)).toEqual([path]);
    expect(await alignmentFiles(`ark,t:${path}`)).toEqual([`ark,t:${path}`]);
  });

  it('takes a folder with the prefix of a table', async () => {
    await found('prefixed', ['ali.2.gz', 'ali.10.gz', 'ali.1.gz']);
    const path = join(folder.path, 'prefixed');
    const jobs = ['ali.1.gz', 'ali.2.gz', 'ali.10.gz'].map((name) => join(path, name));
    expect(await alignmentFiles(`ark:${path}`)).toEqual(jobs);
    expect(await alignmentFiles(`ark,s,cs:${path}`)).toEqual(jobs);
    const none = join(folder.path, 'none');
    await expect(alignmentFiles(`ark,t:${none}`)).rejects.toThrow(
      `${none}: cannot be opened: there is no such file or folder.`,
    );
  });

  it('does not guess between unknown names, and finds nothing where nothing is', async () => {
    const message = /has no ali\.1\.gz, ali\.2\.gz and so on, expected an alignment folder/;
    await expect(found('two', ['mine.1.txt', 'yours.1.txt'])).rejects.toThrow(message);
    await expect(found('empty', ['final.mdl'])).rejects.toThrow(message);
    await expect(alignmentFiles(join(folder.path, 'none'))).rejects.toThrow('no such file');
  });

  it('knows alignments by their name', () => {
    const jobs = ['ali.1.gz', 'exp/ali.12', 'ali.3.ark', 'ark:ali.1.ark'];
    const alone = ['ali', 'exp/ali.gz', 'ali.txt', 'ark,t:exp/ali.ark', 'ali.si284.gz'];
    const others = ['pdf.1.gz', 'align.1.gz', 'exp.ali', 'labels.ali.1.gz', 'exp/ali/labels.1.txt'];
    const names = [...jobs, ...alone, ...others];
    expect(names.filter(isAlignmentJob)).toEqual(jobs);
    expect(names.filter(isCalledAlignment)).toEqual([...jobs, ...alone]);
  });

  it('looks for the model beside a file', async () => {
    const model = folder.write('with/final.mdl', '');
    expect(await modelBeside(join(folder.path, 'with', 'ali.1.gz'))).toBe(model);
    expect(await modelBeside(`ark,t:${join(folder.path, 'with', 'ali.1.txt')}`)).toBe(model);
    expect(await modelBeside(join(folder.path, 'empty-folder', 'ali.1.gz'))).toBeUndefined();
  });
});
