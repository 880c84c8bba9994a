import { printable } from '../bytes/fault';
import { ByteReader } from '../bytes/byteReader';
import type { Audio } from './audio';
import type { AudioOptions } from './audioOptions';
import { parseSphere } from './parseSphere';
import { parseWav } from './parseWav';

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
 * Parses one channel of a recording: RIFF WAV (PCM of 8 to 32 bits, floating point, A-law, µ-law) or NIST SPHERE (16-bit
 * PCM and µ-law, shorten-compressed too, and A-law); which of the two it is, its first bytes tell.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 * @throws DataError naming file and byte offset for bytes that are cut short, contradictory, empty or of another format,
 *   whose hint says how to convert it; for several channels of which none was chosen.
 */
export function parseAudio(bytes: Uint8Array, where: string, options: AudioOptions = {}): Audio {
  const reader = new ByteReader(bytes, where);
  if (reader.length === 0) reader.fail(0, 'is empty, expected RIFF WAV or NIST SPHERE');
  if (reader.startsWith('NIST_1A')) return parseSphere(bytes, where, options);
  if (reader.startsWith('RIFF')) return parseWav(bytes, where, options);
  const start = reader.text(0, Math.min(200, reader.length), 'the tag');
  const key = /^\S+(?= (?:RIFF|NIST_1A))/.exec(start)?.[0];
  if (key !== undefined) {
    const hint = 'Write ARCHIVE:OFFSET, the byte behind the key and its blank, as Kaldi does.';
    reader.fail(
      0,
      `is an archive (its first key is ${printable(key)}), expected a recording`,
      hint,
    );
  }
  const known = otherFormats.find(([tag]) => reader.startsWith(tag));
  const found =
    known === undefined ? `begins with ${JSON.stringify(start.slice(0, 4))}` : `is ${known[1]}`;
  return reader.fail(
    0,
    `${found}, expected RIFF WAV or NIST SPHERE`,
    'sox FILE -b 16 -e signed-integer OUT.wav converts what sox can read.',
  );
}
