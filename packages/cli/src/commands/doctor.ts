import { expectOneOf } from '@bnrnn/core';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { backendSettings, type BackendInfo } from '@bnrnn/tensor-backend';
import { backendNames } from '../backendFlags';
import { checkBackend, missing, type BackendReport } from '../doctor/checkBackend';
import { childFailure } from '../doctor/childFailure';
import { checkMpi, measureRanks, withoutMpi, type MpiReport } from '../doctor/checkMpi';
import type { Io } from '../io';
import { permissionFailure } from '../permissionFailure';

const run = promisify(execFile);

/** A backend that hangs is a broken one. */
const timeout = 120_000;

/** `doctor`: what computes here, what is missing and how to get it. */
export function addDoctor(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('backends and MPI: what runs here, what is missing, how to get it')
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
  // A library that cannot be opened may end the process that tries.
  program.command('doctor-mpi', { hidden: true }).action(async () => {
    io.out(JSON.stringify(await checkMpi()));
  });
  program.command('doctor-rank', { hidden: true }).action(() => {
    const times = measureRanks();
    if (times !== undefined) io.out(JSON.stringify(times));
  });
}

async function runDoctor(io: Io, json: boolean): Promise<void> {
  backendSettings();
  const reports: BackendReport[] = [];
  for (const name of backendNames()) reports.push(await askBackend(name));
  const mpi = await askMpi();
  const first = reports.find(({ available }) => available)?.name ?? null;
  const node = process.versions.node;
  if (json) {
    io.out(JSON.stringify({ node, default: first, backends: reports, mpi }));
    return;
  }
  io.out(`Node ${node}`);
  for (const report of reports) for (const line of lines(report, first)) io.out(line);
  for (const line of mpiLines(mpi)) io.out(line);
}

async function askBackend(name: string): Promise<BackendReport> {
  return inItsOwnProcess(['doctor-backend', name], (reason, fix) => missing(name, reason, fix));
}

async function askMpi(): Promise<MpiReport> {
  return inItsOwnProcess(['doctor-mpi'], withoutMpi);
}

/** The JSON that a command of this program prints, or what is said of one that ended without an answer. */
async function inItsOwnProcess<Report>(
  args: readonly string[],
  unanswered: (reason: string, fix?: string) => Report,
): Promise<Report> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  try {
    const { stdout } = await run(process.execPath, [main, ...args], { timeout });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
  } catch (error) {
    const forbidden = permissionFailure(error);
    if (forbidden !== undefined) return unanswered(forbidden.message, forbidden.hint);
    return unanswered(`Its process ended without an answer: ${childFailure(error, timeout)}`);
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

function mpiLines({
  available,
  library,
  abi,
  engine,
  reason,
  fix,
  selfTest,
  times,
}: MpiReport): string[] {
  const name = 'MPI (train --ranks N)';
  if (!available) {
    const found = library === '' ? '' : ` ${library}.`;
    return [
      `${name}: cannot run here.${found} ${reason ?? ''}`.trimEnd(),
      ...(fix === null ? [] : [`  to get it: ${fix}`]),
    ];
  }
  const measured =
    times === null
      ? []
      : [
          `  two ranks: ${times.latencyMicroseconds.toFixed(0)} µs for a sum of one number, ` +
            `${times.gigabytesPerSecond.toFixed(1)} GB/s for a large one`,
        ];
  return [
    `${name}: ${library}, binary interface of ${abi ?? 'none'}; self-test of 2 ranks ${selfTest ?? 'not run'}`,
    `  ${engine ?? ''}`,
    ...measured,
  ];
}

function startedLine({ device, threads, blas, versions }: BackendInfo): string {
  const computes = `${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const found = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [computes, ...(blas === null ? [] : [blas]), ...found].join(', ');
}
