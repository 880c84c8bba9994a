import { alone, type Collective } from '@bnrnn/core';
import { launchOf, startMpi } from '@bnrnn/mpi';
import { expectSameOnRanks } from '@bnrnn/training';
import { version } from '../../package.json';
import { failureOf } from '../failure';
import { InterruptedError } from '../interruption';
import type { Io } from '../io';
import { codeVersion } from '../provenance';

/** What fails on every rank is told by rank 0: the others wait that long before they speak. */
const headStart = 3000;

/** An engine that is told to end everything may drop what it has not passed on yet. */
const toBeHeard = 300;

/**
 * Does a command's work as one of the ranks that an engine (mpiexec, srun) started; alone where none did.
 *
 * Rank 0 speaks for all. Where one rank fails it says which it is, and ends the others at once: they would wait for it
 * without end.
 *
 * @throws MpiError where the engine's library cannot be used, and what `work` throws where there is one process or all
 *   were interrupted together.
 */
export async function asRank(
  io: Io,
  work: (io: Io, collective: Collective) => Promise<void>,
): Promise<void> {
  if ((launchOf(process.env)?.ranks ?? 1) === 1) return work(io, alone);
  const mpi = startMpi();
  const { rank, size } = mpi;
  try {
    expectSameOnRanks(mpi, { version, commit: codeVersion(), node: process.versions.node });
    await work(rank === 0 ? io : silent(io), mpi);
    mpi.finalize();
  } catch (error) {
    if (error instanceof InterruptedError) {
      mpi.finalize();
      if (rank > 0) process.exit(error.status);
      throw error;
    }
    if (rank > 0) await passed(headStart);
    const { message, hint, status } = failureOf(error);
    io.note(`bnrnn: rank ${rank} of ${size}: ${message}`);
    io.note(`hint: ${hint}`);
    if (io.env['BNRNN_DEBUG'] === '1' && error instanceof Error) io.note(String(error.stack));
    await passed(toBeHeard);
    mpi.abort(status);
  }
}

function passed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Says nothing: rank 0 does. */
function silent({ env }: Io): Io {
  const nothing = (): void => undefined;
  return {
    out: nothing,
    note: nothing,
    write: () => Promise.resolve(),
    progress: { write: nothing },
    env,
  };
}
