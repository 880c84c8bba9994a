import type { Audio } from '../../audio/audio';
import type { AudioOptions } from '../../audio/audioOptions';
import { parseAudio } from '../../audio/parseAudio';
import { recordingBytes } from './recordingBytes';

export interface ReadAudioOptions extends AudioOptions {
  /** Lets a path that ends in `|` run as a shell command, with all that it may do. Default false. */
  readonly allowCommands?: boolean;
}

/**
 * Reads one channel of a recording, as `parseAudio` does.
 *
 * Memory is the file's size and that of its samples. A gzipped file is unpacked.
 *
 * @param path  a file; `ARCHIVE:OFFSET`; or a command that ends in `|` and writes one: as in Kaldi's `wav.scp`.
 * @throws DataError when it is missing or above 1 GiB; for a command that is not allowed or fails; and as `parseAudio` does.
 */
export async function readAudio(path: string, options: ReadAudioOptions = {}): Promise<Audio> {
  const { bytes, where } = await recordingBytes(path, options.allowCommands ?? false);
  return parseAudio(bytes, where, options);
}
