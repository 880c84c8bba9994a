import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { readAlignments } from '../transitions/readAlignments';
import { parseSpecification } from './specification';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
for (const name of ['x.ark', 'x.scp', 'x.scp.gz', 'list', 'data/feats.scp', 'a:b']) {
  folder.write(name, '');
}

describe('parseSpecification', () => {
  it.each([
    ['x.ark', { kind: 'archive', path: at('x.ark') }],
    ['x.scp', { kind: 'scp', path: at('x.scp') }],
    ['x.scp.gz', { kind: 'scp', path: at('x.scp.gz') }],
    ['list', { kind: 'archive', path: at('list') }],
    ['a:b', { kind: 'archive', path: at('a:b') }],
    ['data', { kind: 'scp', path: at('data/feats.scp') }],
  ])('tells %s by its name', async (name, expected) => {
    expect(await parseSpecification(at(name))).toEqual(expected);
  });

  it("lets Kaldi's prefix decide", async () => {
    expect(await parseSpecification(`scp:${at('list')}`)).toEqual({
      kind: 'scp',
      path: at('list'),
    });
    expect(await parseSpecification(`scp,p:${at('list')}`)).toMatchObject({ kind: 'scp' });
    expect(await parseSpecification(`ark:${at('x.scp')}`)).toMatchObject({ kind: 'archive' });
    expect(await parseSpecification(`ark,t:${at('x.ark')}`)).toEqual({
      kind: 'archive',
      path: at('x.ark'),
    });
    expect(await parseSpecification(`scp:${at('data')}`)).toMatchObject({
      path: at('data/feats.scp'),
    });
  });

  it.each([
    [
      'ark:gunzip -c exp/ali/ali.*.gz |',
      /is a command, which is not run, expected a file or a folder/,
      'Name the files themselves, or their folder: exp/ali/ali.*.gz. Packed files are unpacked here.',
    ],
    [
      'ark,s,cs:copy-feats scp:feats.scp ark:- |',
      /is a command, which is not run/,
      'Run it yourself, its output into a file, and name that file.',
    ],
    ['scp:-', /is standard input/, 'Write what would be piped to a file, and name that.'],
  ])('says of %s what to name instead', async (spec, message, hint) => {
    await expect(parseSpecification(spec)).rejects.toThrow(message);
    await expect(parseSpecification(spec)).rejects.toMatchObject({ name: 'UsageError', hint });
    await expect(readAlignments(spec)).rejects.toThrow(message);
  });

  it('says that nothing is there', async () => {
    await expect(parseSpecification(at('none.ark'))).rejects.toThrow(
      /none\.ark: cannot be opened: there is no such file or folder\./,
    );
  });
});
