import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@bnrnn/core';
import { claimsTable, judgeClaims, paperClaims } from '@bnrnn/reporting';
import type { Command } from 'commander';
import { linesOf, type Io } from '../io';
import { readRecord } from '../readRecord';
import { runFiles } from '../runFolder';

interface ClaimsFlags {
  readonly markdown?: boolean;
  readonly latex?: boolean;
  readonly json?: boolean;
}

/** `claims RUN...|DIR`: each statement of the paper, held against runs. */
export function addClaims(program: Command, io: Io): void {
  program
    .command('claims')
    .description("each of the paper's statements: supported, contradicted or undecided")
    .argument('<folder...>', 'run folders, or folders that hold some')
    .option('--markdown', 'print the table as Markdown')
    .option('--latex', 'print the table as LaTeX (booktabs)')
    .option('--json', 'one JSON object as the last line')
    .action((folders: string[], flags: ClaimsFlags) => runClaims(io, folders, flags));
}

async function runClaims(io: Io, folders: readonly string[], flags: ClaimsFlags): Promise<void> {
  const found = [...new Set(folders.flatMap(runFoldersIn))];
  const runs = await Promise.all(found.map(readRecord));
  const claims = judgeClaims(paperClaims, runs);
  const format = flags.markdown === true ? 'markdown' : flags.latex === true ? 'latex' : 'text';
  for (const line of linesOf(claimsTable(claims, format))) io.out(line);
  if (flags.json === true) io.out(JSON.stringify({ runs: found, claims }));
}

/** The folder itself where it is a run, otherwise the runs below it, by name. */
function runFoldersIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`claims: there is no folder ${folder}.`, {
      hint: 'Name run folders, as train writes them, or a folder that holds some.',
    });
  }
  const below = runsBelow(folder);
  if (below.length > 0) return below;
  throw new UsageError(`claims: ${folder} holds no run (no config.json in it or below it).`, {
    hint: 'Name run folders, as train writes them, or a folder that holds some.',
  });
}

function runsBelow(folder: string): string[] {
  if (existsSync(join(folder, runFiles.config))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => runsBelow(join(folder, entry.name)));
}
