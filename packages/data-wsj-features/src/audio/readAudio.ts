import { DataError } from '@bnrnn/core';
import { open } from 'node:fs/promises';
import type { Audio } from './audio';
import { ByteReader } from './byteReader';
import { parseSphere } from './parseSphere';
import { parseWav } from './parseWav';

const sizeLimit = 2 ** 30;

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
  ['\x1f\x8b', 'gzip'],
];

/**
 * Reads a recording: RIFF WAV or NIST SPHERE, 16-bit PCM, one channel; which of the two it is, its first
 * bytes tell.
 *
 * Memory is the file's size, twice that where a SPHERE file's byte order has to be turned.
 *
 * @throws DataError naming file and byte offset for a file that is missing, above 1 GiB, cut short,
 *   contradictory, empty or of another format; its hint says how to convert.
 */
export async function readAudio(path: string): Promise<Audio> {
  return parseAudio(await readWholeFile(path), path);
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

async function readWholeFile(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    throw new DataError(`${path} cannot be read: ${reason(error)}.`, { cause: error });
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new DataError(`${path} is not a file, expected a recording.`);
    if (stat.size > sizeLimit) {
      throw new DataError(`${path} has ${stat.size} bytes, expected at most ${sizeLimit}.`, {
        hint: 'Cut the recording into utterances first, e.g. with sox FILE OUT.wav trim START LENGTH.',
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
