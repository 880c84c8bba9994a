import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** What a command of the built command line did. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A new empty folder for one test file, removed after it: the working directory of its commands. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `bnrnn ARGS` in a folder, with more in its environment; `out` and `errors` are what it writes to instead of pipes. */
export function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  out: number | 'pipe' = 'pipe',
  errors: number | 'pipe' = 'pipe',
): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, errors],
  });
}

/** Waits for the end of a command. */
export function finished(child: ChildProcess): Promise<Finished> {
  const read = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (read[name] += text));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...read }));
  });
}

/** Runs `bnrnn ARGS` in a folder to its end. */
export function bnrnn(folder: string, ...args: string[]): Promise<Finished> {
  return finished(start(folder, args));
}

/** The JSON object on the last line of standard output. */
export function lastJson({ stdout, stderr }: Finished): Record<string, unknown> {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new Error(`The last line is not JSON: ${line}\n${stderr}`);
  }
}

export function readJsonFile(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;
}
