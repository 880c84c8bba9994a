import { CommanderError } from 'commander';
import { exitStatus } from './exitStatus';
import { failureLines, failureOf } from './failure';
import { linesOf, type Io } from './io';
import { makeProgram } from './program';
import { registerBackends } from './registerBackends';

/**
 * Runs one command line.
 *
 * @param args  the arguments after `bnrnn`.
 * @returns     the exit status: 0 done, 1 failed, 2 wrong usage. Nothing is thrown: a failure is one
 *   sentence and a hint on standard error, with the stack where BNRNN_DEBUG is 1.
 */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    registerBackends();
    const program = makeProgram(io, args);
    if (args.length === 0) {
      for (const line of linesOf(program.helpInformation())) io.note(line);
      return exitStatus.wrongUsage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitStatus.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.done;
    const failure = failureOf(error);
    const { status } = failure;
    for (const line of failureLines(failure)) io.note(line);
    if (io.env['BNRNN_DEBUG'] === '1' && error instanceof Error) {
      for (const line of linesOf(String(error.stack))) io.note(line);
    }
    return status;
  }
}
