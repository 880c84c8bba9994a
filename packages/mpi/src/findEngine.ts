import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { MpiFamily } from './launcher';
import type { LoadedMpi } from './loadMpi';
import { MpiError } from './mpiError';

/** A program that starts ranks, and how it is asked to. */
export interface Engine {
  readonly family: MpiFamily;
  /** Its path. */
  readonly command: string;
  /** What it calls itself. */
  readonly description: string;
  /** The arguments that start so many ranks on this machine, before those of the program. */
  argumentsFor(ranks: number): readonly string[];
  /** What its environment needs beside this process's. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The program that starts ranks of a library: an `mpiexec` beside it or on the PATH.
 *
 * @throws MpiError naming what was looked for.
 */
export function findEngine(
  mpi: Pick<LoadedMpi, 'path' | 'family'>,
  env: NodeJS.ProcessEnv = process.env,
): Engine {
  const names =
    mpi.family === 'MPICH'
      ? ['mpiexec', 'mpiexec.hydra', 'mpiexec.mpich']
      : ['mpiexec', 'mpiexec.openmpi'];
  const beside = isAbsolute(mpi.path) ? [join(mpi.path, '..', '..', 'bin')] : [];
  const folders = [...beside, ...(env['PATH'] ?? '').split(delimiter).filter(isAbsolute)];
  for (const folder of folders) {
    for (const name of names) {
      const command = join(folder, name);
      const engine = existsSync(command) ? engineOf(command) : undefined;
      if (engine?.family === mpi.family) return engine;
    }
  }
  throw new MpiError(`No mpiexec of ${mpi.family} was found for ${mpi.path}.`, {
    hint: 'Put the folder of that mpiexec on the PATH, or name the library of another MPI in BNRNN_MPI.',
  });
}

/** What an `mpiexec` is; undefined where it does not say. */
function engineOf(command: string): Engine | undefined {
  const { stdout, stderr } = spawnSync(command, ['--version'], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { ...process.env, ...asRoot },
  });
  const text = `${stdout}${stderr}`;
  const description = text.split('\n', 1).join().trim();
  if (/Open MPI|OpenRTE|PRRTE|prterun/i.test(text)) {
    return {
      family: 'Open MPI',
      command,
      description,
      // Ranks share the cores by their threads; a binding to one core each would forbid that.
      argumentsFor: (ranks) => ['-n', `${ranks}`, '--bind-to', 'none', '--oversubscribe'],
      env: process.getuid?.() === 0 ? asRoot : {},
    };
  }
  if (!/HYDRA|Intel\(R\) MPI/i.test(text)) return undefined;
  return {
    family: 'MPICH',
    command,
    description,
    argumentsFor: (ranks) => ['-n', `${ranks}`],
    env: {},
  };
}

/** Open MPI starts nothing as root, as in a container, unless it is told twice. */
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
