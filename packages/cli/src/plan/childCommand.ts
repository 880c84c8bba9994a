import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { commandLineFile } from './commandLine';

/** How a command of a process of its own ended. */
export interface ChildResult {
  /** Its exit status; null where a signal ended it. */
  readonly status: number | null;
  /** What it wrote to standard output. */
  readonly output: string;
  /** The sentence of its failure, where it told one. */
  readonly failure: string | undefined;
}

export interface ChildOptions {
  /** Everything that it writes is appended there. */
  readonly log: string;
  /** Ends it as SIGTERM does: it saves. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command in a process of its own, out of reach of the terminal's signals: the parent passes
 * them on, and a process whose parent is gone saves and ends.
 */
export function childCommand(args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const log = openSync(options.log, 'a');
  const child = fork(commandLineFile(), args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const read = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      read[name] = (read[name] + text).slice(-kept);
      writeSync(log, text);
    });
  }
  return ended(child, options.signal)
    .then((status) => ({ status, output: read.stdout, failure: failureIn(read.stderr) }))
    .finally(() => closeSync(log));
}

/** Characters of each stream that are kept: the last ones. */
const kept = 100_000;

function ended(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const stop = (): void => void child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (status) => {
      signal.removeEventListener('abort', stop);
      resolve(status);
    });
  });
}

function failureIn(errors: string): string | undefined {
  const start = 'bnrnn: ';
  const line = errors.split('\n').findLast((one) => one.startsWith(start));
  return line?.slice(start.length);
}
