import { DataError } from '@bnrnn/core';
import type { ByteSource } from '../bytes/byteSource';
import { printable } from '../bytes/fault';
import { openCommand } from '../bytes/openCommand';
import { openFile } from '../bytes/openFile';
import type { Audio } from './audio';
import { ByteReader } from './byteReader';
import { parseSphere } from './parseSphere';
import { parseWav } from './parseWav';
import { readAll } from './readAll';

const mostBytes = 2 ** 30;
const tooLong =
  'Cut the recording into utterances first, e.g. with sox FILE OUT.wav trim START LENGTH.';

export interface ReadAudioOptions {
  /** Lets a path that ends in `|` run as a shell command, with all that it may do. Default false. */
  readonly allowCommands?: boolean;
}

/** Formats by what their files begin with, for the error's sake. */
const otherFormats: readonly (readonly [start: string, name: string])[] = [
  ['fLaC', 'FLAC'],
  ['OggS', 'Ogg'],
  ['ID3', 'MP3'],
  ['ajkg', 'bare shorten'],
  ['.snd', 'Sun audio'],
  ['FORM', 'AIFF'],
  ['RIFX', 'big-endian RIFX'],
  ['RF64', 'RF64'],
];

/**
 * Reads a recording: RIFF WAV or NIST SPHERE, 16-bit PCM, one channel; which of the two it is, its first bytes tell.
 *
 * Memory is the file's size, twice that for samples in big-endian order. A gzipped file is unpacked.
 *
 * @param path  a file, or as in Kaldi's `wav.scp` a command that ends in `|` and writes one.
 * @throws DataError naming file and byte offset for a file that is missing, above 1 GiB, cut short, contradictory,
 *   empty or of another format, whose hint says how to convert it; for a command that is not allowed or fails.
 */
export async function readAudio(path: string, options: ReadAudioOptions = {}): Promise<Audio> {
  const source = await openRecording(path, options.allowCommands ?? false);
  try {
    return parseAudio(await readAll(source, mostBytes, tooLong), source.path);
  } finally {
    await source.close();
  }
}

/**
 * `readAudio` for bytes that are in memory already.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 */
export function parseAudio(bytes: Uint8Array, where: string): Audio {
  const reader = new ByteReader(bytes, where);
  if (reader.length === 0) reader.fail(0, 'is empty, expected RIFF WAV or NIST SPHERE');
  if (reader.startsWith('NIST_1A')) return parseSphere(bytes, where);
  if (reader.startsWith('RIFF')) return parseWav(bytes, where);
  const start = reader.text(0, Math.min(4, reader.length), 'the tag');
  const known = otherFormats.find(([tag]) => reader.startsWith(tag));
  const found = known === undefined ? `begins with ${JSON.stringify(start)}` : `is ${known[1]}`;
  return reader.fail(
    0,
    `${found}, expected RIFF WAV or NIST SPHERE`,
    'sox FILE -b 16 -e signed-integer -c 1 OUT.wav converts what sox can read.',
  );
}

function openRecording(path: string, allowCommands: boolean): Promise<ByteSource> {
  if (!path.endsWith('|')) return openFile(path);
  const command = path.slice(0, -1).trim();
  if (allowCommands) return Promise.resolve(openCommand(command));
  throw new DataError(`the command "${printable(command)}" was not run.`, {
    hint: 'Allow commands if you trust the list, or write the recordings to files first.',
  });
}
