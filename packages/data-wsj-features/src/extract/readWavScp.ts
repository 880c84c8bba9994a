import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { isKey } from '../ark/readKey';
import { fault, printable } from '../bytes/fault';
import { readSpeakers } from '../directory/keyedLines';
import { readTextLines } from '../scp/readTextLines';
import type { Recording } from './recording';

/**
 * Reads Kaldi's `wav.scp`: lines of `UTTERANCE PATH` or `UTTERANCE COMMAND |`. A relative path is one from the working
 * directory where there is such a file, otherwise from the list's folder.
 *
 * @throws DataError for a malformed line, an utterance that `utt2spk` lacks, or `segments` beside the list.
 */
export async function readWavScp(path: string): Promise<Recording[]> {
  const folder = dirname(path);
  if (existsSync(join(folder, 'segments'))) {
    throw fault(
      { file: join(folder, 'segments') },
      'cuts the recordings, which is not supported.',
      {
        hint: "Write each segment to a file of its own first (Kaldi's extract-segments does).",
      },
    );
  }
  const speakersFile = join(folder, 'utt2spk');
  const speakers = existsSync(speakersFile) ? await readSpeakers(speakersFile) : undefined;
  const recordings: Recording[] = [];
  for await (const { text, line, offset } of readTextLines(path)) {
    const [, utterance = '', target = ''] = /^(\S+)\s+(.+)$/.exec(text) ?? [];
    if (!isKey(utterance)) {
      throw fault(
        { file: path, offset },
        `line ${line} is "${printable(text)}", expected "UTTERANCE PATH".`,
      );
    }
    const speaker = speakers === undefined ? utterance : speakers.get(utterance);
    if (speaker === undefined) {
      throw fault({ file: path, key: utterance, offset }, `${speakersFile} has no speaker for it.`);
    }
    recordings.push({ utterance, speaker, path: locate(target, folder) });
  }
  if (recordings.length === 0) throw fault({ file: path }, 'has no recordings.');
  return recordings;
}

function locate(target: string, folder: string): string {
  if (target.endsWith('|') || isAbsolute(target) || existsSync(target)) return target;
  const beside = join(folder, target);
  return existsSync(beside) ? beside : target;
}
