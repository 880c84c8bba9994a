import { isKey } from '../../ark/readKey';
import { fault, printable } from '../../bytes/fault';
import { readTextLines } from '../bytes/readTextLines';
import type { RecordingPart } from './recording';

const seconds = /^(?:\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})$/;

/**
 * Reads Kaldi's `segments`: lines of `UTTERANCE RECORDING BEGIN END`, in seconds, END −1 for the recording's own end,
 * and after them the channel, from 0, where recordings have several.
 *
 * @returns the part of each utterance, in the order of the file.
 * @throws DataError naming line and byte offset for a line of another form, an end that is not after its beginning, or an
 *   utterance that stands twice.
 */
export async function readParts(path: string): Promise<Map<string, RecordingPart>> {
  const parts = new Map<string, RecordingPart>();
  for await (const { text, line, offset } of readTextLines(path)) {
    const [utterance = '', recording = '', begin = '', end = '', channel, ...more] =
      text.split(/[ \t-\r]+/);
    const isToEnd = /^-1(?:\.0*)?$/.test(end);
    const fits =
      isKey(utterance) &&
      isKey(recording) &&
      seconds.test(begin) &&
      (isToEnd || seconds.test(end)) &&
      (channel === undefined || /^(?:-1|\d{1,3})$/.test(channel)) &&
      more.length === 0;
    if (!fits) {
      throw fault(
        { file: path, offset },
        `line ${line} is "${printable(text, 80)}", expected "UTTERANCE RECORDING BEGIN END" in seconds, and a channel from 0 where there are several.`,
      );
    }
    if (parts.has(utterance))
      throw fault({ file: path, key: utterance, offset }, 'the key stands twice.');
    if (!isToEnd && Number(end) <= Number(begin)) {
      throw fault(
        { file: path, key: utterance, offset },
        `ends at ${end} seconds, expected more than ${begin}, where it begins.`,
      );
    }
    parts.set(utterance, {
      recording,
      begin: Number(begin),
      ...(!isToEnd && { end: Number(end) }),
      ...(channel !== undefined && channel !== '-1' && { channel: Number(channel) }),
    });
  }
  if (parts.size === 0) throw fault({ file: path }, 'has no segments.');
  return parts;
}
