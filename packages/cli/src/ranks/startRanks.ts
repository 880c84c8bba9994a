import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findEngine, findMpi, MpiError } from '@bnrnn/mpi';
import type { Io } from '../io';
import { RanksEndedError } from '../ranksEndedError';

/**
 * Starts the same command on so many ranks of this machine, with the engine of the MPI that is found, and waits for
 * them. What they print is printed here.
 *
 * @throws MpiError where there is no MPI; RanksEndedError with the engine's status where one of them fails.
 */
export async function startRanks(io: Io, args: readonly string[], ranks: number): Promise<void> {
  const { mpi, reason } = findMpi();
  if (mpi === null) {
    throw new MpiError(`--ranks needs an MPI, and none can be used: ${reason}.`, {
      hint: 'Install one (Debian: mpich or openmpi-bin; Python: pip install mpich), or name its file in BNRNN_MPI.',
    });
  }
  const engine = findEngine(mpi);
  io.note(`${ranks} ranks: ${engine.command} (${mpi.description})`);
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const command = [
    ...engine.argumentsFor(ranks),
    process.execPath,
    ...process.execArgv,
    main,
    ...args,
  ];
  const child = spawn(engine.command, command, {
    stdio: 'inherit',
    env: { ...process.env, ...engine.env },
  });
  // Ctrl-C reaches the engine by itself; what is sent to this process alone is passed on.
  const ignore = (): void => undefined;
  const pass = (name: NodeJS.Signals): void => void child.kill(name);
  process.on('SIGINT', ignore);
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, pass);
  try {
    const { code, signal } = await new Promise<{
      code: number | null;
      signal: NodeJS.Signals | null;
    }>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (ended, how) => resolve({ code: ended, signal: how }));
    });
    if (code === 0) return;
    const how =
      code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with status ${code}`;
    throw new RanksEndedError(
      `The job of ${ranks} ranks ${how}; what a rank had to say stands above.`,
      'The newest checkpoint is good: go on with --resume, on as many ranks as you like.',
      code ?? 1,
    );
  } finally {
    process.off('SIGINT', ignore);
    for (const name of ['SIGTERM', 'SIGHUP'] as const) process.off(name, pass);
  }
}
