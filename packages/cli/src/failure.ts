import { BnrnnError, errorCode, reasonOf, UsageError } from '@bnrnn/core';
import { CommanderError } from 'commander';
import { permissionFailure } from './permissionFailure';
import { InterruptedError } from './interruption';
import { RanksEndedError } from './ranksEndedError';
import { exitStatus } from './exitStatus';

/** What a failed command tells its user. */
export interface Failure {
  /** One clear sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly status: number;
}

const help = 'Run "bnrnn --help" for the commands and "bnrnn COMMAND --help" for their flags.';
const where = 'Set BNRNN_DEBUG=1 to see where it happened.';

/** Puts any error into one sentence, a hint and an exit status. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  const forbidden = permissionFailure(error) ?? permissionFailure(causeOf(error));
  if (forbidden !== undefined) return { ...forbidden, status: exitStatus.failed };
  if (error instanceof InterruptedError || error instanceof RanksEndedError) {
    return knownFailure(error, where, error.status);
  }
  if (error instanceof UsageError) return knownFailure(error, help, exitStatus.wrongUsage);
  if (error instanceof BnrnnError) return knownFailure(error, where, exitStatus.failed);
  const bySystem = systemFailure(error);
  if (bySystem !== undefined) return bySystem;
  const text = error instanceof Error ? error.message : String(error);
  return {
    message: sentence(`Something unexpected happened: ${text.split('\n')[0] ?? ''}`),
    hint: 'Set BNRNN_DEBUG=1 to see where, and report it.',
    status: exitStatus.failed,
  };
}

/** The failure as it is shown: a message that lists things has each on a line of its own, indented. */
export function failureLines({ message, hint }: Failure): string[] {
  const [first = '', ...listed] = message.split('\n  ');
  return [`bnrnn: ${first}`, ...listed.map((line) => `  ${line}`), `hint: ${hint}`];
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** An error of the system that nothing put into words before: what it could not be done with, and why. */
function systemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || errorCode(error) === '')
    return undefined;
  const { path, syscall } = error as NodeJS.ErrnoException;
  const what = path ?? 'A file';
  return {
    message: sentence(`${what} cannot be used (${String(syscall)}): ${reasonOf(error)}`),
    hint: where,
    status: exitStatus.failed,
  };
}

function knownFailure({ message, hint }: BnrnnError, otherwise: string, status: number): Failure {
  return { message: sentence(message), hint: hint ?? otherwise, status };
}

/** commander's "error: unknown option '--x'\n(Did you mean --y?)" as a sentence and a hint. */
function usageFailure(error: CommanderError): Failure {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return {
    message: sentence(`${first.charAt(0).toUpperCase()}${first.slice(1)}`),
    hint: suggestion === undefined ? help : suggestion.replace(/^\((.*)\)$/, '$1'),
    status: exitStatus.wrongUsage,
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
