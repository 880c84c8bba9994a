import { isKey } from '../../ark/readKey';
import { fault, printable } from '../../bytes/fault';
import { readTextLines } from '../bytes/readTextLines';

/**
 * Reads a file of lines `KEY VALUE` (`utt2spk`, `utt2num_frames`); one value a key.
 *
 * @param parse  makes a value of its text; undefined where that is not what was expected.
 * @throws DataError naming line and byte offset for a line without value, one that `parse` refuses, a key twice.
 */
async function readKeyedLines<Value>(
  path: string,
  expected: string,
  parse: (text: string) => Value | undefined,
): Promise<Map<string, Value>> {
  const values = new Map<string, Value>();
  for await (const { text, line, offset } of readTextLines(path)) {
    const [key = '', value = '', ...more] = text.split(/[ \t-\r]+/);
    const parsed = more.length === 0 && isKey(value) ? parse(value) : undefined;
    if (!isKey(key) || parsed === undefined) {
      throw fault(
        { file: path, offset },
        `line ${line} is "${printable(text)}", expected "${expected}".`,
      );
    }
    if (values.has(key)) throw fault({ file: path, key, offset }, `the key stands twice.`);
    values.set(key, parsed);
  }
  return values;
}

/** Reads `utt2spk`: the speaker of each utterance. */
export function readSpeakers(path: string): Promise<Map<string, string>> {
  // A speaker has many utterances, all of which share one string.
  const speakers = new Map<string, string>();
  return readKeyedLines(path, 'UTTERANCE SPEAKER', (text) => {
    const known = speakers.get(text) ?? text;
    speakers.set(known, known);
    return known;
  });
}

/** Reads `utt2num_frames`: the number of frames of each utterance. */
export function readFrameCounts(path: string): Promise<Map<string, number>> {
  return readKeyedLines(path, 'UTTERANCE FRAMES', (text) =>
    /^\d{1,9}$/.test(text) ? Number(text) : undefined,
  );
}
