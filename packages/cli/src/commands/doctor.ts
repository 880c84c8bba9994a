import { expectOneOf } from '@bnrnn/core';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { backendSettings, type BackendInfo } from '@bnrnn/tensor-backend';
import { backendNames } from '../backendFlags';
import { checkBackend, missing, type BackendReport } from '../doctor/checkBackend';
import type { Io } from '../io';
import { permissionFailure } from '../permissionFailure';

const run = promisify(execFile);

/** A backend that hangs is a broken one. */
const timeout = 120_000;

/** `doctor`: what computes here, what is missing and how to get it. */
export function addDoctor(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('backends: what runs here, what is missing, how to get it')
    .option('--json', 'one JSON object as the last line')
    .action((flags: { json?: boolean }) => runDoctor(io, flags.json === true));
  // Two backends do not share a process: doctor calls this once for each.
  program
    .command('doctor-backend', { hidden: true })
    .argument('<name>')
    .action(async (name: string) => {
      const report = await checkBackend(expectOneOf('the backend', name, backendNames()));
      io.out(JSON.stringify(report));
    });
}

async function runDoctor(io: Io, json: boolean): Promise<void> {
  backendSettings();
  const reports: BackendReport[] = [];
  for (const name of backendNames()) reports.push(await inItsOwnProcess(name));
  const first = reports.find(({ available }) => available)?.name ?? null;
  const node = process.versions.node;
  if (json) {
    io.out(JSON.stringify({ node, default: first, backends: reports }));
    return;
  }
  io.out(`Node ${node}`);
  for (const report of reports) for (const line of lines(report, first)) io.out(line);
}

async function inItsOwnProcess(name: string): Promise<BackendReport> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  try {
    const { stdout } = await run(process.execPath, [main, 'doctor-backend', name], { timeout });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BackendReport;
  } catch (error) {
    const forbidden = permissionFailure(error);
    if (forbidden !== undefined) return missing(name, forbidden.message, forbidden.hint);
    const text = error instanceof Error ? error.message : String(error);
    return missing(name, `Its process ended without an answer: ${text.split('\n')[0] ?? ''}`);
  }
}

function lines(report: BackendReport, first: string | null): string[] {
  const { name, available, details, reason, fix, faster, selfTest, started } = report;
  const mark = name === first ? ' (default)' : '';
  if (available) {
    const head = `${name}${mark}: ${details}; self-test ${selfTest ?? 'not run'}`;
    return [
      head,
      ...(started === null ? [] : [`  ${startedLine(started)}`]),
      ...(faster === null ? [] : [`  ${faster.what}`, `  to get it: ${faster.command}`]),
    ];
  }
  return [
    `${name}: cannot run here. ${reason ?? ''}`.trimEnd(),
    ...(fix === null ? [] : [`  to get it: ${fix}`]),
  ];
}

function startedLine({ device, threads, blas, versions }: BackendInfo): string {
  const computes = `${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const found = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [computes, ...(blas === null ? [] : [blas]), ...found].join(', ');
}
