import { escapeUnseen, reasonOf } from '@bnrnn/core';
import { removeTemporaries } from '@bnrnn/core/node';
import type { ProgressStream } from '@bnrnn/reporting';
import { exitStatus } from './exitStatus';

/**
 * What a command says: results on standard output, progress and failures on standard error.
 *
 * Lines may name what stands in data: a character that a terminal obeys or does not show leaves as an
 * escape. Every line goes through `out` or `note`.
 */
export interface Io {
  /** One line of results. */
  out(line: string): void;
  /** Part of a result that is larger than a line, as it is; waits until the reader has taken it. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** One line about how it goes. */
  note(line: string): void;
  /** Where a progress bar is drawn: standard error. */
  readonly progress: ProgressStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The process's own streams. */
export function processIo(): Io {
  process.stdout.on('error', endProcess);
  // Who cannot be told how it goes any more is no reason to stop.
  process.stderr.on('error', () => undefined);
  return {
    out: (line) => void process.stdout.write(`${escapeUnseen(line)}\n`),
    write: (chunk) =>
      new Promise((resolve) =>
        process.stdout.write(shownOn(process.stdout, chunk), () => resolve()),
      ),
    note: (line) => void process.stderr.write(`${escapeUnseen(line)}\n`),
    progress: process.stderr,
    env: process.env,
  };
}

/** A text's lines: each one goes to `out` or `note` by itself. */
export function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}

/** Data go to a file or a pipe byte for byte; text that a terminal shows is escaped line by line. */
export function shownOn(
  { isTTY }: { readonly isTTY?: boolean },
  chunk: Uint8Array | string,
): Uint8Array | string {
  if (isTTY !== true || typeof chunk !== 'string') return chunk;
  return chunk.split('\n').map(escapeUnseen).join('\n');
}

/** A reader that has seen enough, as in `bnrnn presets | head`, is no failure; a full disk is one. */
function endProcess(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') {
    removeTemporaries();
    process.exit(0);
  }
  // A terminal that went away: SIGHUP decides what becomes of the command.
  if (error.code === 'EIO') return;
  removeTemporaries();
  process.stderr.write(
    `bnrnn: standard output cannot be written: ${reasonOf(error)}.\n` +
      'hint: What is written so far is incomplete; is there room where it goes?\n',
  );
  process.exit(exitStatus.failed);
}
