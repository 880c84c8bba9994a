import { DataError, expectOneOf, reasonOf, UsageError } from '@bnrnn/core';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isKey } from '../../ark/readKey';
import { byteOrder } from '../../bytes/byteText';
import { fault, printable } from '../../bytes/fault';
import { readWavScp } from './readWavScp';
import type { Recording } from './recording';

/** Who speaks in files and folders of files: see `FindRecordingsOptions`. */
const speakerRules = ['folder', 'utterance'] as const;

export interface FindRecordingsOptions {
  /**
   * Who speaks in files and folders of files: `folder` (default), whoever the file's folder is named after, and the
   * utterance is `SPEAKER_NAME`; or `utterance`, each file someone else, and the utterance is `NAME`.
   */
  readonly speakers?: (typeof speakerRules)[number];
  /**
   * Gives each recording the label file beside it, of the same name with this ending, e.g. `.phn`. Default: no labels.
   */
  readonly labels?: string;
}

const endings = ['.wav', '.sph', '.nist', '.wv1', '.wv2'];

/**
 * Lists the recordings of files, folders (searched with all that is in them for .wav, .sph, .nist, .wv1 and .wv2) and
 * Kaldi's `wav.scp`, sorted by utterance.
 *
 * In TIMIT's folders `dr1-fvmh0/sx116.wav` is utterance `fvmh0_sx116` of speaker `fvmh0`: a dialect region before the
 * speaker (`dr1-`) is left out. A list takes keys as they are and speakers from `utt2spk` beside it; without that
 * file each utterance is its own speaker.
 *
 * @throws DataError when a path is missing, a folder has no recordings, a list is malformed, or two recordings would
 *   have the same key.
 */
export async function findRecordings(
  paths: readonly string[],
  options: FindRecordingsOptions = {},
): Promise<Recording[]> {
  const { speakers = 'folder', labels } = options;
  expectOneOf('findRecordings: speakers', speakers, speakerRules);
  if (labels !== undefined && !/^\.[^./\\]+$/.test(labels)) {
    throw new UsageError(`findRecordings: labels is "${labels}", expected an ending such as .phn.`);
  }
  const found: Recording[] = [];
  for (const path of paths) {
    if (path.endsWith('.scp')) {
      found.push(...(await readWavScp(path)));
      continue;
    }
    for (const file of await filesOf(path)) found.push(nameRecording(file, speakers));
  }
  const recordings =
    labels === undefined ? found : found.map((recording) => withLabels(recording, labels));
  const sorted = recordings.sort((a, b) => byteOrder(a.utterance, b.utterance));
  sorted.forEach((recording, i) => {
    const before = sorted[i - 1];
    if (before?.utterance !== recording.utterance) return;
    throw new DataError(
      `findRecordings: ${before.path} and ${recording.path} would both be utterance ${recording.utterance}.`,
      { hint: 'List them in a wav.scp with keys of their own.' },
    );
  });
  return sorted;
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fault({ file: path }, `cannot be opened: ${reasonOf(cause)}.`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => endings.includes(extname(name).toLowerCase()));
  if (files.length === 0) {
    throw fault({ file: path }, `has no recordings (${endings.join(', ')}).`);
  }
  return files.map((name) => join(path, name));
}

function nameRecording(path: string, speakers: 'folder' | 'utterance'): Recording {
  const name = basename(path, extname(path));
  const folder = basename(dirname(resolve(path))).replace(/^dr\d-(?=.)/i, '');
  const speaker = speakers === 'folder' ? folder : name;
  const utterance = speakers === 'folder' ? `${folder}_${name}` : name;
  if (isKey(utterance)) return { utterance, speaker, path };
  throw fault(
    { file: path },
    `would be utterance "${printable(utterance)}", expected a name without white space.`,
  );
}

/** The label file beside a recording; a TIMIT disc has both names in capitals. */
function withLabels(recording: Recording, ending: string): Recording {
  const { path } = recording;
  if (recording.part !== undefined) {
    throw new UsageError(
      `findRecordings: ${recording.utterance} is a part of a recording by segments, and ${ending} files have the times of whole ones.`,
      { hint: 'Leave the labels out (--labels), or name the recordings as files.' },
    );
  }
  if (path.endsWith('|')) {
    throw new UsageError(
      `findRecordings: ${recording.utterance} is written by a command, so no ${ending} file lies beside it.`,
    );
  }
  const own = extname(path);
  const written = own !== '' && own === own.toUpperCase() ? ending.toUpperCase() : ending;
  return { ...recording, labels: path.slice(0, path.length - own.length) + written };
}
