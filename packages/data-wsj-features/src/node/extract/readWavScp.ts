import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { isKey } from '../../ark/readKey';
import { fault, printable, type Place } from '../../bytes/fault';
import { readSpeakers } from '../directory/keyedLines';
import { readTextLines } from '../bytes/readTextLines';
import { readParts } from './readParts';
import type { Recording } from './recording';

/**
 * Reads Kaldi's `wav.scp`: lines of `UTTERANCE PATH`, `UTTERANCE ARCHIVE:OFFSET` or `UTTERANCE COMMAND |`. A relative path
 * is one from the working directory where there is such a file, otherwise from the list's folder. Where `segments` lies
 * beside the list, its lines are recordings, and the utterances are the parts that `segments` cuts out of them.
 *
 * @throws DataError for a malformed line, a segment of a recording that is not listed, or an utterance that `utt2spk` lacks.
 */
export async function readWavScp(path: string): Promise<Recording[]> {
  const folder = dirname(path);
  const speakersFile = join(folder, 'utt2spk');
  const speakers = existsSync(speakersFile) ? await readSpeakers(speakersFile) : undefined;
  const speakerOf = (utterance: string, place: Place): string => {
    const speaker = speakers === undefined ? utterance : speakers.get(utterance);
    if (speaker !== undefined) return speaker;
    throw fault(place, `${speakersFile} has no speaker for it.`);
  };
  const partsFile = join(folder, 'segments');
  const parts = existsSync(partsFile) ? await readParts(partsFile) : undefined;
  const recordings: Recording[] = [];
  const paths = new Map<string, string>();
  for await (const { text, line, offset } of readTextLines(path)) {
    const [key, target] = keyAndTarget(text);
    if (!isKey(key) || target === '') {
      throw fault(
        { file: path, offset },
        `line ${line} is "${printable(text)}", expected "UTTERANCE PATH".`,
      );
    }
    const place = { file: path, key, offset };
    const located = locate(target, folder);
    if (parts === undefined) {
      recordings.push({ utterance: key, speaker: speakerOf(key, place), path: located });
    } else if (paths.has(key)) {
      throw fault(place, 'the key stands twice.');
    }
    paths.set(key, located);
  }
  for (const [utterance, part] of parts ?? []) {
    const place = { file: partsFile, key: utterance };
    const recording = paths.get(part.recording);
    if (recording === undefined) {
      throw fault(place, `${path} has no recording ${printable(part.recording)}.`);
    }
    recordings.push({ utterance, speaker: speakerOf(utterance, place), path: recording, part });
  }
  if (recordings.length === 0) throw fault({ file: path }, 'has no recordings.');
  return recordings;
}

/** What stands before and behind the first white space of a line, which has none at its ends. */
function keyAndTarget(text: string): [string, string] {
  const blank = text.search(/\s/);
  return blank === -1 ? [text, ''] : [text.slice(0, blank), text.slice(blank).trim()];
}

function locate(target: string, folder: string): string {
  if (target.endsWith('|') || isAbsolute(target) || isThere(target)) return target;
  const beside = join(folder, target);
  return isThere(beside) ? beside : target;
}

/** Whether a file is there, or the archive of `ARCHIVE:OFFSET`. */
function isThere(path: string): boolean {
  return existsSync(path) || existsSync(path.replace(/:\d+$/, ''));
}
