import { dirname } from 'node:path';
import {
  openDataDirectory,
  openFeatures,
  readAlignments,
  readAudio,
  readEntries,
  readPhoneTable,
  readSegments,
  readTransitionModel,
} from '@bnrnn/data-wsj-features/node';
import { describe, expect, it } from 'vitest';
import { binaryModel, pdfsOfTriples, textModel } from './support/models';
import { temporaryFolder } from './support/temporaryFolder';

const folder = temporaryFolder();
const marked = (content: Buffer | string): Buffer =>
  Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(content)]);

describe('a byte order mark at the head of', () => {
  it.each([
    ['a text model', textModel('Triples')],
    ['a binary model', binaryModel('Triples')],
  ])('%s is no part of it', async (name, content) => {
    const path = folder.write(`${name}.mdl`, marked(content));
    expect([...(await readTransitionModel(path)).pdfOf]).toEqual([-1, ...pdfsOfTriples]);
  });

  it('phones.txt is no part of the first phone', async () => {
    const table = await readPhoneTable(folder.write('phones.txt', marked('sil 0\nah 1\n')));
    expect(table.symbols).toEqual(['sil', 'ah']);
    const labels = folder.write('labels.txt', marked('u1 sil ah ah\n'));
    const alignments = await readAlignments(labels, { symbols: `${folder.path}/phones.txt` });
    expect([...alignments.read('u1')]).toEqual([0, 1, 1]);
  });

  it('labels is no part of the first number', async () => {
    const path = folder.write('a.phn', marked('0 160 sil\n160 320 ah\n'));
    expect((await readSegments(path)).map(({ begin }) => begin)).toEqual([0, 160]);
  });
});

describe("Git LFS's pointer in the place of", () => {
  const pointer =
    'version https://git-lfs.github.com/spec/v1\n' +
    'oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
  const file = (name: string): string => folder.write(name, pointer);
  const first = (spec: string): Promise<unknown> => readEntries(spec).next();

  it.each<[string, () => Promise<unknown>]>([
    ['an archive', () => first(file('feats.ark'))],
    ['an archive of features', () => openFeatures(file('open.ark'))],
    ['a list', () => first(file('feats.scp'))],
    ['a data directory’s list', () => openDataDirectory(dirname(file('dir/feats.scp')))],
    ['a recording', () => readAudio(file('a.wav'))],
    ['a SPHERE recording', () => readAudio(file('a.sph'))],
    ['an alignment', () => readAlignments(file('ali.1.gz'), { alreadyClasses: true })],
    ['frames by class', () => readAlignments(file('pdf.txt'))],
    ['a model', () => readTransitionModel(file('final.mdl'))],
    ['labels', () => readSegments(file('a.phn'))],
    ['phones', () => readPhoneTable(file('phones.lfs'))],
  ])('%s is told as such, with what fetches the file', async (_, read) => {
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(/Git LFS/) as string,
      hint: expect.stringMatching(/git lfs pull/) as string,
    });
  });

  it('an archive that a list names is told with the archive', async () => {
    file('far.ark');
    const list = folder.write('names.scp', 'u1 far.ark:3\n');
    await expect(openFeatures(list)).rejects.toThrow(/far\.ark.* Git LFS/);
  });
});
