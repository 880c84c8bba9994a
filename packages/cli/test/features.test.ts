import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filterbank, formatEntry, type FilterbankOptions } from '@bnrnn/data-wsj-features';
import { readAlignments, readAudio, readEntries, writeArk } from '@bnrnn/data-wsj-features/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, start } from './bnrnn';
import { syntheticSpeech } from './syntheticSpeech';

const folder = newFolder();
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  await syntheticSpeech(folder);
  await writeArk(
    at('small.ark'),
    [
      {
        key: 'a',
        kind: 'matrix',
        matrix: { rows: 2, columns: 2, data: Float32Array.of(1, -2.5, 1e-7, 12345678) },
      },
      { key: 'b', kind: 'matrix', matrix: { rows: 1, columns: 2, data: Float32Array.of(0, 3) } },
    ],
    { scp: at('small.scp') },
  );
}, 120_000);

describe('features copy', () => {
  const text = 'a  [\n  1 -2.5 \n  1e-07 1.234568e+07 ]\nb  [\n  0 3 ]\n';

  it.each(['small.ark', 'small.scp'])('writes Kaldi’s text form of %s', async (spec) => {
    const { status, stdout, stderr } = await bnrnn(folder, 'features', 'copy', spec, '--text');
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(text);
  });

  it('reads packed archives and data directories', async () => {
    writeFileSync(at('small.ark.gz'), gzipSync(readFileSync(at('small.ark'))));
    expect(await bnrnn(folder, 'features', 'copy', 'small.ark.gz', '--text')).toMatchObject({
      stdout: text,
    });
    const { stdout } = await bnrnn(folder, 'features', 'copy', 'synthetic/data/dev', '--text');
    let expected = '';
    for await (const entry of readEntries(at('synthetic/data/dev'))) expected += formatEntry(entry);
    expect(stdout).toBe(expected);
  });

  it('writes the same archive again, with its list', async () => {
    const flags = ['--out', 'copy.ark', '--scp', 'copy.scp'];
    const { status } = await bnrnn(folder, 'features', 'copy', 'small.scp', ...flags);
    expect(status).toBe(0);
    expect(readFileSync(at('copy.ark'))).toEqual(readFileSync(at('small.ark')));
    expect(readFileSync(at('copy.scp'), 'utf8')).toBe('a copy.ark:2\nb copy.ark:35\n');
  });

  it('refuses a list without an archive', async () => {
    const args = ['features', 'copy', 'small.scp', '--text', '--scp', 'lone.scp'];
    const { status, stdout, stderr } = await bnrnn(folder, ...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('no archive without --out.\nhint: Add --out FILE');
    expect(existsSync(at('lone.scp'))).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))('says that there is no room for its output', async () => {
    const full = openSync('/dev/full', 'w');
    const child = start(folder, ['features', 'copy', 'small.scp', '--text'], {}, full);
    const { status, stderr } = await finished(child);
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^bnrnn: standard output cannot be written: the disk is full\.\nhint: What is written so far is incomplete/,
    );
  });

  it('names the file and the place of what is no archive', async () => {
    writeFileSync(at('broken.ark'), readFileSync(at('small.ark')).subarray(0, 20));
    const { status, stderr } = await bnrnn(folder, 'features', 'copy', 'broken.ark', '--text');
    expect(status).toBe(1);
    expect(stderr.split('\n')[0]).toMatch(/^bnrnn: broken\.ark.*\.$/);
  });

  it('runs a command of a list only where it is told to', async () => {
    writeFileSync(at('command.scp'), 'a tail -c +3 small.ark |\n');
    const refused = await bnrnn(folder, 'features', 'copy', 'command.scp', '--text');
    expect(refused.status).toBe(1);
    const flags = ['--text', '--allow-commands'];
    const allowed = await bnrnn(folder, 'features', 'copy', 'command.scp', ...flags);
    expect(allowed.stdout).toBe('a  [\n  1 -2.5 \n  1e-07 1.234568e+07 ]\n');
  });
});

describe('features pdf', () => {
  it('writes the pdf-id of each frame', async () => {
    const ali = 'synthetic/exp/ali_dev';
    const args = ['features', 'pdf', `${ali}/ali.1.gz`, `${ali}/final.mdl`, '--text'];
    const { stdout, status } = await bnrnn(folder, ...args);
    expect(status).toBe(0);
    const table = await readAlignments(at(ali));
    const expected = table.keys.map((key) => `${key} ${table.read(key).join(' ')} \n`).join('');
    expect(stdout).toBe(expected);
    expect(stdout.length).toBeGreaterThan(1000);
  });
});

describe('features inspect', () => {
  it('counts utterances, speakers, frames, lengths and joins', async () => {
    const flags = ['--alignments', 'synthetic/exp/ali_train', '--json'];
    const json = lastJson(
      await bnrnn(folder, 'features', 'inspect', 'synthetic/data/train', ...flags),
    );
    const counts = readFileSync(at('synthetic/data/train/utt2num_frames'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[1]));
    const frames = counts.reduce((sum, count) => sum + count, 0);
    expect(json).toMatchObject({
      utterances: counts.length,
      speakers: 1,
      columns: 6,
      frames,
      hours: frames / 360_000,
      shortest: Math.min(...counts),
      longest: Math.max(...counts),
      speakerStatistics: true,
      dropped: [],
      join: { classes: 24, utterances: counts.length, frames, shortened: 0, dropped: [] },
    });
    const { histogram } = json as { histogram: { utterances: number }[] };
    expect(histogram.reduce((sum, { utterances }) => sum + utterances, 0)).toBe(counts.length);
  });

  it('says what has no counterpart', async () => {
    const flags = ['--alignments', 'synthetic/exp/ali_dev'];
    const { stdout } = await bnrnn(folder, 'features', 'inspect', 'synthetic/data/train', ...flags);
    expect(stdout).toMatch(/^left out: \d+ no alignment \(t0000-000000, /m);
    expect(stdout).toMatch(/^left out: \d+ no features \(d0000-000000, /m);
  });

  it('says once why an utterance is left out', async () => {
    const data = at('unknown-speaker');
    mkdirSync(data);
    const matrix = (rows: number, columns: number) => ({
      kind: 'matrix' as const,
      matrix: { rows, columns, data: new Float32Array(rows * columns).fill(2) },
    });
    const frames = ['a', 'b', 'c'].map((key) => ({ key, ...matrix(3, 2) }));
    await writeArk(join(data, 'feats.ark'), frames, { scp: join(data, 'feats.scp') });
    const statistics = [{ key: 'ann', ...matrix(2, 3) }];
    await writeArk(join(data, 'cmvn.ark'), statistics, { scp: join(data, 'cmvn.scp') });
    writeFileSync(join(data, 'utt2spk'), 'a ann\nb bob\nc ann\n');
    writeFileSync(at('unknown-speaker.txt'), 'a 0 1 2\nb 0 1 1\nd 1 0 1\n');
    const args = ['inspect', 'unknown-speaker', '--alignments', 'unknown-speaker.txt'];
    const { stdout, stderr } = await bnrnn(folder, 'features', ...args);
    expect(stdout.split('\n').filter((line) => line.startsWith('left out'))).toEqual([
      'left out: 1 no speaker statistics (b)',
      'left out: 1 no alignment (c)',
      'left out: 1 no features (d)',
    ]);
    expect(stderr).toContain('unknown-speaker.txt: numbers are classes as they are.');
    expect(lastJson(await bnrnn(folder, 'features', ...args, '--json'))).toMatchObject({
      dropped: [{ key: 'b', reason: 'no speaker statistics' }],
      join: {
        utterances: 1,
        dropped: [
          { key: 'c', reason: 'no alignment' },
          { key: 'd', reason: 'no features' },
        ],
      },
    });
  });
});

describe('features inspect --values', () => {
  it('counts and names what is not finite, and reads every header in any case', async () => {
    const row = (key: string, ...values: number[]) => ({
      key,
      kind: 'matrix' as const,
      matrix: { rows: 1, columns: values.length, data: Float32Array.from(values) },
    });
    await writeArk(
      at('odd.ark'),
      [
        row('a', 1, 2),
        row('nan', NaN, NaN),
        row('b', 3, 4),
        row('inf', 1, -Infinity),
        row('wide', 1, 2, 3),
      ],
      { scp: at('odd.scp') },
    );
    const headers = await bnrnn(folder, 'features', 'inspect', 'odd.scp');
    expect(headers.stdout).toContain('left out: 1 bad features (wide)');
    expect(headers.stdout).toContain('key wide: the features have 3 values a frame, those of most');
    expect(headers.stdout).toContain('read: every header\n');
    const { stdout } = await bnrnn(folder, 'features', 'inspect', 'odd.scp', '--values');
    expect(stdout).toContain('read: every header and every value\n');
    expect(stdout).toContain('left out: 3 bad features (wide, nan, inf)');
    expect(stdout).toMatch(/key nan, byte \d+: the features hold 2 NaN of 2 values/);
    expect(stdout).toMatch(/key inf, byte \d+: the features hold 1 inf of 2 values/);
    const args = ['inspect', 'odd.scp', '--values', '--json'];
    const json = lastJson(await bnrnn(folder, 'features', ...args));
    expect(json).toMatchObject({ utterances: 2, valuesRead: true });
    expect((json['dropped'] as { key: string }[]).map(({ key }) => key)).toEqual([
      'wide',
      'nan',
      'inf',
    ]);
  });
});

describe('features extract', () => {
  it('lists what is wrong with recordings line by line, with what to do', async () => {
    mkdirSync(join(folder, 'broken'));
    for (const name of ['a.wav', 'b.wav']) writeFileSync(join(folder, 'broken', name), 'RIFF');
    const { status, stderr } = await bnrnn(folder, 'features', 'extract', 'broken', '--out', 'no');
    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'bnrnn: extract: 2 of 2 recordings cannot be used, nothing was written:',
      expect.stringMatching(/^ {2}broken\/a\.wav, byte \d+: /),
      expect.stringMatching(/^ {2}broken\/b\.wav, byte \d+: /),
      'hint: Repair or remove them, or leave them out: --bad-files drop (in a program, badFiles: "drop").',
      '',
    ]);
  });
});

describe('features inspect --symbols', () => {
  it('reads frames that are labelled by name', async () => {
    await writeArk(
      at('named.ark'),
      [{ key: 'a', kind: 'matrix', matrix: { rows: 3, columns: 1, data: new Float32Array(3) } }],
      { scp: at('named.scp') },
    );
    writeFileSync(at('names.txt'), 'a sil aa aa\n');
    writeFileSync(at('phones.txt'), 'sil 0\naa 6\n');
    const args = ['features', 'inspect', 'named.scp', '--alignments', 'names.txt'];
    const finished = await bnrnn(folder, ...args, '--symbols', 'phones.txt', '--json');
    expect(lastJson(finished)).toMatchObject({ join: { classes: 7, utterances: 1, frames: 3 } });
    expect(finished.stderr).toContain('names.txt: names become classes by phones.txt.');
  });
});

describe('features extract', () => {
  it('makes a data directory of recordings that train can read', async () => {
    mkdirSync(at('wav', 'ann'), { recursive: true });
    writeFileSync(at('wav', 'ann', 'one.wav'), wav(Array.from({ length: 4000 }, tone)));
    const flags = ['--out', 'extracted', '--bins', '10', '--deltas', '2', '--dither', '0'];
    const json = lastJson(await bnrnn(folder, 'features', 'extract', 'wav', ...flags, '--json'));
    // floor((4000 − 400) / 160) + 1 frames of 10 filters and two orders of differences.
    expect(json).toMatchObject({ utterances: 1, frames: 23, columns: 30, speakers: 1 });
    const inspected = await bnrnn(folder, 'features', 'inspect', 'extracted', '--json');
    expect(lastJson(inspected)).toMatchObject({ columns: 30, frames: 23, speakerStatistics: true });
  });

  it.each<[string[], FilterbankOptions, FilterbankOptions]>([
    [['--no-remove-dc-offset'], { removeDcOffset: false }, {}],
    [['--no-round-to-power-of-two'], { roundToPowerOfTwo: false }, {}],
    [
      ['--energy', '--energy-floor', '1e9'],
      { energy: true, energyFloor: 1e9 },
      { energy: true, energyFloor: 0 },
    ],
    [
      ['--window', 'blackman', '--blackman-coefficient', '0.3'],
      { window: 'blackman', blackmanCoefficient: 0.3 },
      { window: 'blackman' },
    ],
  ])('makes what the library makes with %j', async (flags, options, otherwise) => {
    const name = `tone${flags.join('')}`;
    mkdirSync(at(name, 'ann'), { recursive: true });
    const samples = Array.from({ length: 1600 }, (_, i) => 1500 + (i < 800 ? 1 : 0.1) * tone(_, i));
    writeFileSync(at(name, 'ann', 'one.wav'), wav(samples.map(Math.round)));
    const made = ['extract', name, '--out', `${name}-data`, '--dither', '0', ...flags];
    const { status, stderr } = await bnrnn(folder, 'features', ...made);
    expect(status, stderr).toBe(0);
    const audio = await readAudio(at(name, 'ann', 'one.wav'));
    const compute = (each: FilterbankOptions): Float32Array =>
      filterbank({ dither: 0, ...each }).compute(audio).data;
    expect(compute(options)).not.toEqual(compute(otherwise));
    for await (const { matrix } of readEntries(at(`${name}-data/feats.scp`), { kind: 'matrix' })) {
      expect(matrix.rows).toBe(8);
      expect(matrix.data).toEqual(compute(options));
    }
  });

  it('numbers the labels of a second set like those of the first', async () => {
    const record = (set: string, ...labels: string[]): void => {
      mkdirSync(at(set, 'bob'), { recursive: true });
      writeFileSync(at(set, 'bob', 'one.wav'), wav(Array.from({ length: 4000 }, tone)));
      const lines = labels.map((label, i) => `${1300 * i} ${1300 * (i + 1)} ${label}\n`);
      writeFileSync(at(set, 'bob', 'one.phn'), lines.join(''));
    };
    record('first', 'b', 'aa', 's');
    record('second', 's', 'b', 's');
    const { stdout } = await bnrnn(
      folder,
      ...['features', 'extract', 'first', '--out', 'first-data', '--labels', '.phn'],
    );
    expect(stdout).toBe(
      'first-data: 1 utterances of 1 speakers, 23 frames of 23 values, 3 classes\n',
    );
    const more = ['--out', 'second-data', '--labels', '.phn', '--phones', 'first-data/phones.txt'];
    const json = lastJson(await bnrnn(folder, 'features', 'extract', 'second', ...more, '--json'));
    expect(json).toMatchObject({ classes: 3 });
    expect(readFileSync(at('second-data', 'phones.txt'), 'utf8')).toBe('aa 0\nb 1\ns 2\n');
    // Middles at 200 + 160 t: 7 frames below 1300, 8 below 2600, and 8 more.
    const ids = (set: string): string => readFileSync(at(set, 'labels.1.txt'), 'utf8');
    const row = (first: number, second: number, third: number): string =>
      `bob_one ${`${first} `.repeat(7)}${`${second} `.repeat(8)}${`${third} `.repeat(8)}\n`;
    expect(ids('first-data')).toBe(row(1, 0, 2));
    expect(ids('second-data')).toBe(row(2, 1, 2));
    record('third', 'b', 'zh', 's');
    const refused = await bnrnn(
      folder,
      ...['features', 'extract', 'third', '--out', 'third-data', '--labels', '.phn'],
      ...['--phones', 'first-data/phones.txt'],
    );
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('label "zh" at sample 1300 is not among the 3 phones');
  });

  it('needs to know where', async () => {
    const { status, stderr } = await bnrnn(folder, 'features', 'extract', 'wav');
    expect(status).toBe(2);
    expect(stderr).toContain('features extract needs --out');
  });
});

function tone(_: unknown, i: number): number {
  return Math.round(8000 * Math.sin(i / 5) + 3000 * Math.sin(i / 2.2));
}

/** A RIFF file of 16-bit samples at 16 kHz. */
function wav(samples: readonly number[]): Buffer {
  const data = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, i) => data.writeInt16LE(sample, 2 * i));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
