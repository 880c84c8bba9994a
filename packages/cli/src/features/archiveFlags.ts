import { UsageError } from '@bnrnn/core';
import type { ReadOptions } from '@bnrnn/data-wsj-features/node';
import type { Command } from 'commander';
import type { Io } from '../io';

/** How archives behind scp files are reached. */
export interface ArchiveFlags {
  readonly root?: string;
  readonly allowCommands?: boolean;
}

/** Adds `--root` and `--allow-commands`. */
export function addArchiveFlags(command: Command): Command {
  return command
    .option('--root <dir>', 'where relative paths of scp files are looked for first')
    .option('--allow-commands', 'run scp lines that end in "|" as shell commands');
}

/** The same as the readers take it; where archives were found is told on standard error. */
export function readOptions(io: Io, { root, allowCommands = false }: ArchiveFlags): ReadOptions {
  return {
    allowCommands,
    note: (text) => io.note(text),
    ...(root !== undefined && { root }),
  };
}

/** @throws UsageError where binary data would go to a terminal. */
export function refuseTerminal(binary: boolean): void {
  if (!binary || !process.stdout.isTTY) return;
  throw new UsageError('The archive is binary, and standard output is a terminal.', {
    hint: 'Add --text, or send it to a file: --out FILE.',
  });
}
