import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { archiveResolver, type ResolveOptions } from './resolveArchive';

const folder = temporaryFolder();
const list = join(folder.path, 's5/data/train/feats.scp');
const elsewhere = join(folder.path, 'elsewhere');
mkdirSync(elsewhere, { recursive: true });
let notes: string[] = [];
beforeEach(() => (notes = []));

function resolver(options: ResolveOptions = {}): (path: string) => Promise<string | undefined> {
  return archiveResolver(list, { cwd: elsewhere, note: (text) => notes.push(text), ...options });
}

describe('archiveResolver', () => {
  it('tries root, working directory, the folder of the list and its parents, in this order', async () => {
    const at = (place: string): string => folder.write(join(place, 'mfcc/a.ark'), place);
    const parent = at('s5');
    expect(await resolver()('mfcc/a.ark')).toBe(parent);
    const own = at('s5/data/train');
    expect(await resolver()('mfcc/a.ark')).toBe(own);
    const working = at('elsewhere');
    expect(await resolver()('mfcc/a.ark')).toBe(working);
    const root = at('root');
    expect(await resolver({ root: join(folder.path, 'root') })('mfcc/a.ark')).toBe(root);
    expect(await resolver({ root: '../root' })('mfcc/a.ark')).toBe(root);
    expect(await resolver()('mfcc/none.ark')).toBeUndefined();
    // A folder of that name is none either.
    expect(await resolver()('mfcc')).toBeUndefined();
    expect(notes[0]).toBe(`${list}: mfcc/a.ark was read from ${parent}.`);
  });

  it('stops at the folder that holds data, without one two folders up', async () => {
    const outside = folder.write('fbank/a.ark', '');
    expect(await resolver()('fbank/a.ark')).toBeUndefined();
    expect(await resolver()('/there/fbank/a.ark')).toBeUndefined();
    const deep = join(folder.path, 's5/data/train/split2/1/feats.scp');
    const inside = folder.write('s5/fbank/a.ark', '');
    expect(await archiveResolver(deep, { cwd: elsewhere })('fbank/a.ark')).toBe(inside);
    const plain = archiveResolver(join(folder.path, 'x/y/z/w/feats.scp'), { cwd: elsewhere });
    const twoUp = folder.write('x/y/b.ark', '');
    expect(await plain('b.ark')).toBe(twoUp);
    folder.write('x/c.ark', '');
    expect(await plain('c.ark')).toBeUndefined();
    expect(outside).not.toBe(inside);
  });

  it('finds what an absolute path meant on another machine by its last parts, the most first', async () => {
    const base = folder.write('s5/data/train/raw.1.ark', '');
    expect(await resolver()('/there/exp/fbank/raw.1.ark')).toBe(base);
    const longer = folder.write('s5/fbank/raw.1.ark', '');
    expect(await resolver()('/there/exp/fbank/raw.1.ark')).toBe(longer);
    expect(await resolver()('/there/none.ark')).toBeUndefined();
  });

  it('uses an absolute path that exists and says nothing', async () => {
    const path = folder.write('abs/raw.1.ark', '');
    folder.write('s5/abs/raw.1.ark', '');
    expect(await resolver()(path)).toBe(path);
    expect(notes).toEqual([]);
  });

  it('tells once for each folder which one was used', async () => {
    folder.write('s5/plp/1.ark', '');
    folder.write('s5/plp/2.ark', '');
    folder.write('s5/pitch/1.ark', '');
    const resolve = resolver();
    for (const path of ['plp/1.ark', 'plp/2.ark', 'plp/1.ark', 'pitch/1.ark']) await resolve(path);
    expect(notes).toHaveLength(2);
  });

  it('refuses two archives of which only one is there', async () => {
    folder.write('s5/data/train/raw.7.ark', '');
    const resolve = resolver();
    await resolve('/there/mfcc_a/raw.7.ark');
    await expect(resolve('/there/mfcc_b/raw.7.ark')).rejects.toThrow(
      /names \/there\/mfcc_a\/raw\.7\.ark and \/there\/mfcc_b\/raw\.7\.ark, of which only .* can be found/,
    );
  });
});
