import { expectNumber } from '@bnrnn/core';
import { findMpi } from './findMpi';
import { launchOf, type Launch } from './launcher';
import type { LoadedMpi } from './loadMpi';
import { errorText, mpiCollective, type MpiCollective } from './mpiCollective';
import { MpiError } from './mpiError';
import { startWatchdog } from './watchdog';

/** Ten minutes: a checkpoint of gigabytes on a slow file system takes minutes. */
const defaultSeconds = 600;

let started: MpiCollective | undefined;

/**
 * Starts MPI in this process: once, on the main thread. Without an engine (mpiexec, srun) it is the only rank.
 *
 * `BNRNN_MPI` names the library; `BNRNN_MPI_TIMEOUT` is how many seconds a call waits for the other ranks (default
 * 600) before the process is ended.
 *
 * @throws MpiError where there is no usable library, or it is not that of the engine; UsageError for a time that
 *   cannot be.
 */
export function startMpi(env: NodeJS.ProcessEnv = process.env): MpiCollective {
  return (started ??= start(env));
}

function start(env: NodeJS.ProcessEnv): MpiCollective {
  const seconds = secondsFrom(env);
  const { mpi, reason } = findMpi(env);
  if (mpi === null) {
    throw new MpiError(`No MPI library can be used: ${reason}.`, {
      hint: 'Install one (Debian: mpich or openmpi-bin; Python: pip install mpich), or name its file in BNRNN_MPI.',
    });
  }
  const launch = launchOf(env);
  if (launch !== undefined && launch.family !== mpi.family) refuseEngine(mpi, launch);
  const watchdog = startWatchdog(seconds);
  watchdog.starts(
    `MPI did not start within ${seconds} s (${mpi.path}): is its network usable? ` +
      'BNRNN_MPI names another library.',
  );
  const { init, setErrorHandler, rank, size } = mpi.functions;
  const { world, threadFunneled, errorsReturn } = mpi.abi;
  const number = new Int32Array(1);
  const call = (name: string, code: number): number => {
    if (code === 0) return number[0] as number;
    throw new MpiError(`${name} of ${mpi.path} failed: ${errorText(mpi, code)}.`);
  };
  call('MPI_Init_thread', init(null, null, threadFunneled, number));
  call('MPI_Comm_set_errhandler', setErrorHandler(world, errorsReturn));
  const ranks = call('MPI_Comm_size', size(world, number));
  const own = call('MPI_Comm_rank', rank(world, number));
  watchdog.ends();
  if (launch !== undefined && launch.ranks !== ranks) refuseEngine(mpi, launch, ranks);
  return mpiCollective({ mpi, rank: own, size: ranks, watchdog, seconds });
}

function secondsFrom(env: NodeJS.ProcessEnv): number {
  const text = env['BNRNN_MPI_TIMEOUT'] ?? '';
  if (text === '') return defaultSeconds;
  return expectNumber('BNRNN_MPI_TIMEOUT', Number(text), { above: 0 });
}

/** With another library than the engine's each process would be alone, and train the whole batch. */
function refuseEngine(mpi: LoadedMpi, { family, ranks }: Launch, seen?: number): never {
  const found = seen === undefined ? `is no ${family}` : `sees ${seen}`;
  throw new MpiError(
    `The engine of ${family} started ${ranks} processes, and ${mpi.path} (${mpi.description}) ${found}.`,
    { hint: "Use the mpiexec of that library, or name the engine's library in BNRNN_MPI." },
  );
}
