import { DataError } from '@bnrnn/core';
import { addDeltas, filterbank, parseAudio } from '@bnrnn/data-wsj-features';
import {
  extract,
  findRecordings,
  openDataDirectory,
  readAlignments,
  type Recording,
} from '@bnrnn/data-wsj-features/node';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sphereBytes, wavBytes } from './support/recordings';

let folder = '';
let out = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bnrnn-extract-'));
  out = join(folder, 'deep', 'data');
});
afterEach(() => rm(folder, { recursive: true }));

const sound = (length: number, pitch: number): number[] =>
  Array.from({ length }, (_, i) => Math.round(900 * Math.sin(i * pitch) + 300 * Math.sin(i * i)));

async function recording(utterance: string, bytes: Buffer, phn?: string): Promise<Recording> {
  const path = join(folder, `${utterance}.bin`);
  await writeFile(path, bytes);
  const speaker = utterance.slice(0, 2);
  if (phn === undefined) return { utterance, speaker, path };
  const labels = join(folder, `${utterance}.phn`);
  await writeFile(labels, phn);
  return { utterance, speaker, path, labels };
}

/** What lies in the folder but the recordings themselves. */
async function leftBehind(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => !/\.(bin|phn)$/.test(name));
}

describe('extract', () => {
  it('writes a data directory that reads back, noise included', async () => {
    const one = wavBytes(sound(1000, 0.1));
    const recordings = [
      await recording('s2_a', sphereBytes(sound(800, 0.3)), '0 300 b\n300 800 a\n'),
      await recording('s1_b', one, '0 1000 a\n'),
    ];
    const seen: number[][] = [];
    const report = await extract(recordings, out, {
      deltas: 2,
      seed: 5,
      onRecording: (done, of) => seen.push([done, of]),
    });
    expect(report).toEqual({
      folder: out,
      utterances: 2,
      frames: 7,
      columns: 69,
      speakers: 2,
      classes: 2,
      framesPastLabels: 0,
      dropped: [],
    });
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect((await readdir(out)).sort()).toEqual(
      ['cmvn.ark', 'cmvn.scp', 'feats.ark', 'feats.scp', 'labels.1.txt', 'phones.txt'].concat([
        'spk2utt',
        'utt2num_frames',
        'utt2spk',
        'wav.scp',
      ]),
    );
    const { features, speakers } = await openDataDirectory(out);
    expect(features.keys).toEqual(['s1_b', 's2_a']);
    expect(speakers.get('s2_a')).toBe('s2');
    const alone = filterbank({ seed: 5 }).compute(parseAudio(one, 'one'), 's1_b');
    expect((await features.read('s1_b')).data).toEqual(addDeltas(alone).data);
    await features.close();
    const alignments = await readAlignments(out);
    // Middles: samples 200, 360, 520.
    expect([...alignments.read('s2_a')]).toEqual([1, 0, 0]);
    expect([...alignments.read('s1_b')]).toEqual([0, 0, 0, 0]);
    expect(await readFile(join(out, 'phones.txt'), 'utf8')).toBe('a 0\nb 1\n');
    expect(await readFile(join(out, 'labels.1.txt'), 'utf8')).toBe('s1_b 0 0 0 0 \ns2_a 1 0 0 \n');
    expect(await readFile(join(out, 'wav.scp'), 'utf8')).toBe(
      `s1_b ${join(folder, 's1_b.bin')}\ns2_a ${join(folder, 's2_a.bin')}\n`,
    );
  });

  it('does not depend on the order of the recordings', async () => {
    const recordings = [
      await recording('s1_a', wavBytes(sound(800, 0.3))),
      await recording('s1_b', wavBytes(sound(900, 0.2))),
    ];
    await extract(recordings, join(folder, 'one'));
    await extract([...recordings].reverse(), join(folder, 'two'));
    for (const name of ['feats.ark', 'cmvn.ark', 'spk2utt']) {
      const bytes = await readFile(join(folder, 'one', name));
      expect(bytes.length, name).toBeGreaterThan(10);
      expect(await readFile(join(folder, 'two', name)), name).toEqual(bytes);
    }
  });

  const bad = async (): Promise<Recording[]> => [
    await recording('s1_good', wavBytes(sound(800, 0.3)), '0 800 a'),
    await recording('s1_cut', wavBytes(sound(800, 0.3)).subarray(0, 900), '0 800 a'),
    await recording('s1_slow', wavBytes(sound(800, 0.3), { sampleRate: 8000 }), '0 800 a'),
    await recording('s1_short', wavBytes(sound(399, 0.3)), '0 800 a'),
    await recording('s1_label', wavBytes(sound(800, 0.3)), '300 800 a'),
    { utterance: 's1_gone', speaker: 's1', path: join(folder, 'gone.bin'), labels: 'gone.phn' },
    { utterance: 's1_run', speaker: 's1', path: 'echo hello |', labels: 'gone.phn' },
  ];

  it('says of every bad file what is wrong with it and leaves nothing behind', async () => {
    const error = await extract(await bad(), out).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    const lines = (error as Error).message.split('\n');
    expect(lines).toEqual([
      'extract: 6 of 7 recordings cannot be used, nothing was written:',
      `  ${folder}/s1_cut.bin, byte 40: cut short: data says 1600 bytes, 856 are there.`,
      `  ${folder}/gone.bin: cannot be opened: there is no such file or folder.`,
      `  ${folder}/s1_label.phn: no label holds sample 200, the middle of frame 0; the next one begins at 300.`,
      expect.stringContaining('  the command "echo hello" was not run. Allow commands'),
      `  ${folder}/s1_short.bin: has 399 samples, less than one frame of 400.`,
      `  ${folder}/s1_slow.bin: has 8000 samples a second, expected 16000. Name its rate: --sample-rate 8000 (in a program, sampleRate: 8000).`,
    ]);
    expect(await leftBehind()).toEqual(['deep']);
  });

  it('drops bad files where that is asked for, and tells which', async () => {
    const { utterances, dropped } = await extract(await bad(), out, { badFiles: 'drop' });
    expect(utterances).toBe(1);
    expect(dropped.map(({ recording: { utterance } }) => utterance)).toEqual([
      's1_cut',
      's1_gone',
      's1_label',
      's1_run',
      's1_short',
      's1_slow',
    ]);
    expect(await readFile(join(out, 'utt2num_frames'), 'utf8')).toBe('s1_good 3\n');
    const allBad = (await bad()).slice(1);
    await expect(extract(allBad, join(folder, 'x'), { badFiles: 'drop' })).rejects.toThrow(
      '6 of 6 recordings cannot be used',
    );
  });

  it('runs commands where they are allowed', async () => {
    const { path } = await recording('s1_a', wavBytes(sound(800, 0.3)));
    const piped = { utterance: 's1_a', speaker: 's1', path: `cat '${path}' |` };
    expect((await extract([piped], out, { allowCommands: true })).frames).toBe(3);
    const failing = { ...piped, path: 'exit 3 |' };
    await expect(extract([failing], join(folder, 'x'), { allowCommands: true })).rejects.toThrow(
      'the command "exit 3": ended with status 3.',
    );
  });

  it('cuts segments out of recordings, of archives too, and lists them again', async () => {
    const [left, right] = [sound(2000, 0.1), sound(2000, 0.3)];
    const both = left.flatMap((value, i) => [value, right[i]!]);
    const wav = wavBytes(both, { channels: 2, sampleRate: 16_000 });
    const archive = join(folder, 'wav.bin');
    await writeFile(archive, Buffer.concat([Buffer.from('r0 '), wav, Buffer.from('r1 '), wav]));
    const path = `${archive}:${wav.length + 6}`;
    const part = { recording: 'r1', begin: 0.0125 };
    const recordings: Recording[] = [
      { utterance: 's1_a', speaker: 's1', path, part: { ...part, end: 0.1, channel: 1 } },
      { utterance: 's1_b', speaker: 's1', path, part },
      // Kaldi cuts off what is less than half a second too long.
      { utterance: 's1_c', speaker: 's1', path, part: { ...part, end: 0.6, channel: 0 } },
    ];
    const report = await extract(recordings, out, { channel: 1, dither: 0 });
    expect(report.utterances).toBe(3);
    const { features } = await openDataDirectory(out);
    const alone = (samples: number[]): Float32Array =>
      filterbank({ dither: 0 }).compute(parseAudio(wavBytes(samples), 'one')).data;
    expect((await features.read('s1_a')).data).toEqual(alone(right.slice(200, 1600)));
    expect((await features.read('s1_b')).data).toEqual(alone(left.slice(200)));
    expect((await features.read('s1_c')).data).toEqual(alone(left.slice(200)));
    await features.close();
    expect(await readFile(join(out, 'wav.scp'), 'utf8')).toBe(`r1 ${path}\n`);
    expect(await readFile(join(out, 'segments'), 'utf8')).toBe(
      's1_a r1 0.0125 0.1 1\ns1_b r1 0.0125 -1\ns1_c r1 0.0125 0.6 0\n',
    );
    const again = await findRecordings([join(out, 'wav.scp')]);
    expect(again).toEqual(recordings);

    const fails = (changed: object, message: string): Promise<void> =>
      expect(
        extract([{ ...recordings[0]!, ...changed }], join(folder, 'x'), { channel: 1 }),
      ).rejects.toThrow(message);
    await fails({ part: { ...part, begin: 0.2 } }, 'from 0.2 seconds, the recording has 0.13');
    await fails({ part: { ...part, end: 0.7 } }, '0.0125 to 0.7 seconds, the recording has 0.13');
    await fails({ part: { ...part, channel: 2 } }, 'channel 3 was asked for');
    await fails({ path: `${archive}:4` }, 'no RIFF WAV begins here');
    await fails({ path: archive, part }, 'is an archive (its first key is r0), expected a record');
    await expect(extract(recordings, join(folder, 'x'), { channel: 0 })).rejects.toThrow(
      'extract: channel is 0',
    );
    const mono = wavBytes(left);
    mono.writeUInt32LE(0, 4);
    await writeFile(archive, Buffer.concat([Buffer.from('r0 '), mono]));
    await fails({ path: `${archive}:3` }, 'the recording does not say how long it is');
  });

  it('refuses what would not make a data directory', async () => {
    const good = await recording('s1_a', wavBytes(sound(800, 0.3)), '0 800 a');
    const fails = (recordings: Recording[], target: string, message: string): Promise<void> =>
      expect(extract(recordings, target)).rejects.toThrow(message);
    await fails([], out, 'extract: there are no recordings.');
    await fails([good, { ...good }], out, 'two recordings have the key s1_a');
    await fails([{ ...good, speaker: 's 1' }], out, '"s 1" cannot stand in a list');
    await fails([{ ...good, path: 'a\nb' }], out, '"a\\u000ab" cannot stand in a list');
    const { labels, ...plain } = { ...good, utterance: 's1_b' };
    expect(labels).toBe(good.labels);
    await fails([good, plain], out, '1 of 2 recordings have labels, s1_b has none');
    await fails([good], folder, 'holds files already, expected a new folder');
    await fails([good], good.path, 'cannot be made: a part of its path is a file');
    await expect(extract([good], out, { deltas: -1 })).rejects.toThrow('order is -1');
    await expect(extract([good], out, { bins: 1 })).rejects.toThrow('filterbank: bins is 1');
    expect(await leftBehind()).toEqual([]);
    await mkdir(out, { recursive: true });
    expect((await extract([good], out)).frames).toBe(3);
  });
});
