import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { launchOf, type MpiFamily } from './launcher';
import { loadMpi, type LoadedMpi } from './loadMpi';

/** The outcome of looking for an MPI: the one found, or why there is none. */
export interface MpiSearch {
  readonly mpi: LoadedMpi | null;
  /** Why `mpi` is null; empty otherwise. */
  readonly reason: string;
}

const names: Readonly<Record<MpiFamily, readonly string[]>> =
  process.platform === 'darwin'
    ? { MPICH: ['libmpi_abi.dylib', 'libmpi.12.dylib'], 'Open MPI': ['libmpi.40.dylib'] }
    : {
        MPICH: ['libmpi_abi.so.1', 'libmpich.so.12', 'libmpi.so.12'],
        'Open MPI': ['libmpi.so.40'],
      };

/**
 * Looks for an MPI library: the one that `BNRNN_MPI` names (`none` for no MPI), else that of the engine that started this
 * process, else one beside the `mpiexec` on the PATH, in an environment of Python or Conda, or where the loader looks.
 *
 * Nothing is started: `startMpi` does that.
 */
export function findMpi(env: NodeJS.ProcessEnv = process.env): MpiSearch {
  const wanted = env['BNRNN_MPI'] ?? '';
  if (wanted === 'none') return { mpi: null, reason: 'BNRNN_MPI=none' };
  const reasons: string[] = [];
  for (const path of wanted === '' ? candidates(env) : [wanted]) {
    if (isAbsolute(path) && !existsSync(path)) {
      if (path === wanted) reasons.push(`${wanted}: does not exist`);
      continue;
    }
    try {
      return { mpi: loadMpi(path), reason: '' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reasons.push(`${path}: ${message.split('\n', 1).join()}`);
    }
  }
  return { mpi: null, reason: reasons[0] ?? `no MPI is known for ${process.platform}` };
}

/** Paths and names of libraries, the likeliest first. */
export function candidates(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'win32') return [];
  const { family } = launchOf(env) ?? {};
  const families: MpiFamily[] = family === undefined ? ['MPICH', 'Open MPI'] : [family];
  const wanted = families.flatMap((one) => names[one]);
  const whole = foldersOf(env).flatMap((folder) => wanted.map((name) => join(folder, name)));
  return [...new Set([...whole, ...wanted])];
}

function foldersOf(env: NodeJS.ProcessEnv): string[] {
  const below = (variable: string): string[] => {
    const folder = env[variable] ?? '';
    return isAbsolute(folder) ? [join(folder, 'lib'), join(folder, 'lib', 'release')] : [];
  };
  const engine = (env['PATH'] ?? '')
    .split(delimiter)
    .find((folder) => isAbsolute(folder) && existsSync(join(folder, 'mpiexec')));
  return [
    ...below('OPAL_PREFIX'),
    ...below('I_MPI_ROOT'),
    ...below('VIRTUAL_ENV'),
    ...below('CONDA_PREFIX'),
    ...(engine === undefined ? [] : [join(dirname(engine), 'lib')]),
  ];
}
