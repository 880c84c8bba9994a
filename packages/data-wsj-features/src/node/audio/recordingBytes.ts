import { DataError } from '@bnrnn/core';
import { existsSync } from 'node:fs';
import type { ByteSource } from '../../bytes/byteSource';
import { fault, printable } from '../../bytes/fault';
import { openCommand } from '../bytes/openCommand';
import { openFile } from '../bytes/openFile';
import { ByteReader } from '../../bytes/byteReader';
import { readAll, readAt } from '../../audio/readAll';
import { isStreamed } from '../../audio/wavSizes';

const mostBytes = 2 ** 30;
const tooLong =
  'Cut the recording into utterances first, e.g. with sox FILE OUT.wav trim START LENGTH.';

/**
 * The bytes of a recording as a line of `wav.scp` names it: a file, `ARCHIVE:OFFSET`, or a command that ends in `|`.
 *
 * @returns its bytes, and what errors call it.
 */
export async function recordingBytes(
  path: string,
  allowCommands: boolean,
): Promise<{ bytes: Uint8Array; where: string }> {
  const [, archive, offset] = /^(.+):(\d{1,15})$/.exec(path) ?? [];
  if (archive !== undefined && !existsSync(path)) {
    return { bytes: await entryBytes(archive, Number(offset)), where: path };
  }
  const source = await openRecording(path, allowCommands);
  try {
    return { bytes: await readAll(source, mostBytes, tooLong), where: source.path };
  } finally {
    await source.close();
  }
}

/** One WAV file inside an archive; its own size says where it ends. */
async function entryBytes(archive: string, offset: number): Promise<Uint8Array> {
  const source = await openFile(archive);
  try {
    const fail = (problem: string, hint: string): never => {
      throw fault({ file: archive, offset }, `${problem}.`, { hint });
    };
    const head = new ByteReader(await readAt(source, offset, 8), archive);
    if (head.length < 8 || !head.startsWith('RIFF')) {
      fail(
        'no RIFF WAV begins here, expected one behind its key',
        'Does the list belong to this archive?',
      );
    }
    const riff = head.uint32(4, 'the RIFF size');
    if (isStreamed(riff)) {
      fail(
        'the recording does not say how long it is, which one inside an archive must',
        'Write the archive anew with wav-copy, from recordings that state their sizes.',
      );
    }
    if (riff + 8 > mostBytes) fail(`has ${riff + 8} bytes, expected at most ${mostBytes}`, tooLong);
    return await readAt(source, offset, riff + 8);
  } finally {
    await source.close();
  }
}

function openRecording(path: string, allowCommands: boolean): Promise<ByteSource> {
  if (!path.endsWith('|')) return openFile(path);
  const command = path.slice(0, -1).trim();
  if (allowCommands) return Promise.resolve(openCommand(command));
  throw new DataError(`the command "${printable(command)}" was not run.`, {
    hint: 'Allow commands if you trust the list (--allow-commands), or write the recordings to files first.',
  });
}
