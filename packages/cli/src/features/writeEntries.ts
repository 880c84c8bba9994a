import { UsageError } from '@bnrnn/core';
import { encodeEntry, formatEntry, type Entry } from '@bnrnn/data-wsj-features';
import { writeArk } from '@bnrnn/data-wsj-features/node';
import { withoutLeftovers } from '../interruption';
import type { Io } from '../io';
import { refuseTerminal } from './archiveFlags';

export interface WriteFlags {
  readonly text?: boolean;
  readonly out?: string;
  readonly scp?: string;
}

/** Writes entries to `--out`, or to standard output, in Kaldi's text form or binary. */
export async function writeEntries(
  io: Io,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  { text = false, out, scp }: WriteFlags,
): Promise<void> {
  if (out !== undefined) {
    await withoutLeftovers(() =>
      writeArk(out, entries, { text, ...(scp !== undefined && { scp }) }),
    );
    return;
  }
  if (scp !== undefined) {
    throw new UsageError(
      '--scp lists what an archive holds, and there is no archive without --out.',
      {
        hint: 'Add --out FILE, or leave out --scp.',
      },
    );
  }
  refuseTerminal(!text);
  for await (const entry of entries) {
    await io.write(text ? formatEntry(entry) : encodeEntry(entry, false).bytes);
  }
}
