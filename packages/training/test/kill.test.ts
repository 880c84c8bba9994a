import { spawn } from 'node:child_process';
import { readdirSync, watch } from 'node:fs';
import { randomStream } from '@bnrnn/core';
import { readLatestCheckpoint } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { expect, test } from 'vitest';
import { bundledProgram } from './bundledProgram';
import { temporaryFolder } from './temporaryFolder';

const program = bundledProgram('./killedRun');

interface Ended {
  readonly lines: string[];
  readonly signal: NodeJS.Signals | null;
}

/** Starts the program; `killWhen` sees the lines so far and each change in the folder. */
async function start(
  folder: string,
  resume: boolean,
  killWhen: (last: string, file: string | null) => boolean = () => false,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, folder, resume ? 'resume' : 'new']);
  let text = '';
  let errors = '';
  const killIf = (file: string | null): void => {
    if (killWhen(text.trimEnd().split('\n').at(-1) ?? '', file)) child.kill('SIGKILL');
  };
  const watcher = watch(folder, (_, file) => killIf(file));
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    killIf(null);
  });
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, how) => {
      if (code === 0 || how === 'SIGKILL') resolve(how);
      else reject(new Error(errors));
    });
  });
  watcher.close();
  return { lines: text.trimEnd().split('\n'), signal };
}

/** The step of an event's line. */
const stepOf = (line: string): number => Number(line.split(' ')[1] ?? 0);

test('a run that is killed three times ends in the same bits', async () => {
  const straight = await start(temporaryFolder(), false);
  expect(straight.lines.at(-1)).toMatch(/^weights [0-9a-f]{64}$/);

  const folder = temporaryFolder();
  // Two steps drawn by a seed, and one moment at which a checkpoint is being written.
  const [a, b] = randomStream('kill', 11).uniform(2, 0, 1) as unknown as [number, number];
  const first = 5 + Math.floor(a * 25);
  const second = 40 + Math.floor(b * 25);
  const moments: ((last: string, file: string | null) => boolean)[] = [
    (last) => stepOf(last) >= first,
    (last) => stepOf(last) >= second,
    (last, file) => file?.endsWith('.tmp') === true && stepOf(last) > 75,
  ];
  for (const [round, killWhen] of moments.entries()) {
    const { signal, lines } = await start(folder, round > 0, killWhen);
    expect(signal, lines.at(-1)).toBe('SIGKILL');
    const { refused } = await readLatestCheckpoint(folderStore(folder));
    expect(refused).toEqual([]);
  }
  const last = await start(folder, true);
  expect(last.lines.at(-1)).toBe(straight.lines.at(-1));
  expect(last.lines.at(-2)).toBe('end 120');
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}, 300_000);
