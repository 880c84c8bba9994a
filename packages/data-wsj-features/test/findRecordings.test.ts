import { findRecordings } from '@bnrnn/data-wsj-features/node';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bnrnn-find-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes files (their path as content, where none is given) and gives back their full paths. */
async function files(...list: (string | [string, string])[]): Promise<string[]> {
  const paths: string[] = [];
  for (const item of list) {
    const [name, content] = typeof item === 'string' ? [item, item] : item;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    paths.push(path);
  }
  return paths;
}

describe('findRecordings', () => {
  it("names utterances after folder and file, in TIMIT's layout too, sorted by bytes", async () => {
    const [a, b, c] = await files('dr2-fab0/sx2.wav', 'dr1-mzz0/SX1.WAV', 'x/DR3/fab0_/a.sph');
    await files('dr2-fab0/sx2.phn', 'notes.txt');
    expect(await findRecordings([folder], { labels: '.phn' })).toEqual([
      { utterance: 'fab0__a', speaker: 'fab0_', path: c, labels: c!.replace('.sph', '.phn') },
      { utterance: 'fab0_sx2', speaker: 'fab0', path: a, labels: a!.replace('.wav', '.phn') },
      { utterance: 'mzz0_SX1', speaker: 'mzz0', path: b, labels: b!.replace('.WAV', '.PHN') },
    ]);
  });

  it('can take each file for a speaker of its own, and a single file of any ending', async () => {
    const [a] = await files('s/a.raw16');
    expect(await findRecordings([a!], { speakers: 'utterance' })).toEqual([
      { utterance: 'a', speaker: 'a', path: a },
    ]);
  });

  it("takes keys and paths from Kaldi's wav.scp, speakers from utt2spk beside it", async () => {
    const [wav, scp] = await files('a.wav', [
      'wav.scp',
      `s2_b sph2pipe -f wav b.wv1 |\ns1_a a.wav\n`,
    ]);
    const command = { utterance: 's2_b', speaker: 's2_b', path: 'sph2pipe -f wav b.wv1 |' };
    expect(await findRecordings([scp!])).toEqual([
      { utterance: 's1_a', speaker: 's1_a', path: wav },
      command,
    ]);
    await files(['utt2spk', 's1_a s1\ns2_b s2\n']);
    expect((await findRecordings([scp!])).map(({ speaker }) => speaker)).toEqual(['s1', 's2']);
    await expect(findRecordings([scp!], { labels: '.phn' })).rejects.toThrow(
      's2_b is written by a command, so no .phn file lies beside it',
    );
    await files(['utt2spk', 's1_a s1\n']);
    await expect(findRecordings([scp!])).rejects.toThrow('utt2spk has no speaker for it');
  });

  it('takes utterances from segments beside the list, recordings inside archives too', async () => {
    const [archive, scp] = await files('wav.ark', ['wav.scp', 'r1 wav.ark:3\nr2 /gone/r2.wav\n']);
    await files(['segments', 'u2 r1 1.5 -1\nu1 r1 0 1.5\nu3 r2 .25 2 1\n']);
    const part = (begin: number, end?: number): object => ({
      recording: 'r1',
      begin,
      ...(end !== undefined && { end }),
    });
    const path = `${archive}:3`;
    expect(await findRecordings([scp!])).toEqual([
      { utterance: 'u1', speaker: 'u1', path, part: part(0, 1.5) },
      { utterance: 'u2', speaker: 'u2', path, part: part(1.5) },
      {
        utterance: 'u3',
        speaker: 'u3',
        path: '/gone/r2.wav',
        part: { recording: 'r2', begin: 0.25, end: 2, channel: 1 },
      },
    ]);
    await expect(findRecordings([scp!], { labels: '.phn' })).rejects.toThrow(
      'u2 is a part of a recording by segments',
    );
    const fails = async (segments: string, message: string): Promise<void> => {
      await files(['segments', segments]);
      await expect(findRecordings([scp!])).rejects.toThrow(message);
    };
    await fails('u1 r9 0 1\n', 'wav.scp has no recording r9');
    await fails('u1 r1 2 1\n', 'ends at 1 seconds, expected more than 2');
    await fails('u1 r1 0 1\nu1 r1 1 2\n', 'the key stands twice');
    await fails('u1 r1 0\n', 'expected "UTTERANCE RECORDING BEGIN END" in seconds');
    await fails('u1 r1 0 1 2 3\n', 'expected "UTTERANCE RECORDING BEGIN END"');
    await fails('u1 r1 zero 1\n', 'expected "UTTERANCE RECORDING BEGIN END"');
    await files(['utt2spk', 'u9 s\n'], ['segments', 'u1 r1 0 1\n']);
    await expect(findRecordings([scp!])).rejects.toThrow('utt2spk has no speaker for it');
  });

  it('refuses what it cannot name, find or tell apart', async () => {
    const fails = (paths: string[], message: string): Promise<void> =>
      expect(findRecordings(paths)).rejects.toThrow(message);
    await files('one/s/a.wav', 'two/s/a.wav', 'three/s p/a.wav', ['none/x.txt', '']);
    await files(['bad.scp', 'utt\n'], ['empty.scp', '']);
    await fails([folder], 'would be utterance "s p_a", expected a name without white space');
    await fails([join(folder, 'one'), join(folder, 'two')], 'would both be utterance s_a');
    await fails([join(folder, 'none')], 'has no recordings (.wav, .sph');
    await fails([join(folder, 'gone')], 'gone: cannot be opened: there is no such file');
    await fails([join(folder, 'bad.scp')], 'byte 0: line 1 is "utt", expected "UTTERANCE PATH"');
    await fails([join(folder, 'empty.scp')], 'has no recordings');
    await expect(findRecordings([folder], { labels: 'phn' })).rejects.toThrow('labels is "phn"');
    await expect(findRecordings([folder], { speakers: 'file' as 'folder' })).rejects.toThrow(
      'findRecordings: speakers is "file", expected one of: folder, utterance',
    );
  });
});
