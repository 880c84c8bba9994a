import { expectOneOf, precisions, type Precision } from '@bnrnn/core';
import { registeredBackends, startBackend, type BackendInfo } from '@bnrnn/tensor-backend';
import { Option, type Command } from 'commander';
import { wholeFlag } from './flags';
import type { Io } from './io';

export interface BackendFlags {
  readonly backend?: string;
  readonly threads?: number;
  readonly allowCpu?: boolean;
  readonly precision?: Precision;
  /** Not a flag: the library that a run which goes on computed with. */
  readonly blas?: string | null;
}

/** Adds `--backend`, `--precision`, `--threads` and `--allow-cpu`. */
export function addBackendFlags(command: Command, byDefault: string): Command {
  return addComputeFlags(
    command.addOption(
      new Option(
        '--backend <name>',
        `${['auto', ...backendNames()].join(', ')} (default: ${byDefault})`,
      ),
    ),
  ).addOption(
    new Option(
      '--precision <name>',
      `matrix products in ${precisions.join(', ')} (default: ${byDefault === 'auto' ? 'float32' : byDefault})`,
    ).argParser((text) => expectOneOf('--precision', text, precisions)),
  );
}

/** Adds `--threads` and `--allow-cpu`. */
export function addComputeFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--threads <n>',
        "threads to compute with (default: the backend's choice)",
      ).argParser(wholeFlag('--threads', 1)),
    )
    .option('--allow-cpu', 'let node-gpu run on the CPU where TensorFlow sees no GPU');
}

/** The names of the backends, in the order in which `auto` tries them. */
export function backendNames(): readonly string[] {
  return registeredBackends().map(({ name }) => name);
}

/** @throws UsageError for a name that is no backend's. */
export function expectBackendName(name: string): string {
  return expectOneOf('--backend', name, ['auto', ...backendNames()]);
}

/** What a command starts where its flags name nothing. */
interface Otherwise {
  readonly backend: string;
  readonly precision?: Precision;
}

/**
 * Starts the backend that was asked for. Where that is `auto`, a backend that should run here and cannot is noted.
 *
 * @throws BackendError when it cannot run here.
 */
export function startFlagged(
  flags: BackendFlags,
  { note }: Pick<Io, 'note'>,
  otherwise: Otherwise = { backend: 'auto' },
): Promise<BackendInfo> {
  const name = expectBackendName(flags.backend ?? otherwise.backend);
  const { threads, allowCpu, blas } = flags;
  return startBackend(name, {
    threads,
    allowCpu,
    blas,
    precision: flags.precision ?? otherwise.precision,
    onPassedOver(passed, { absent, reason, fix }) {
      if (absent === true) return;
      note(`backend ${passed} passed over: ${reason ?? 'it cannot run here.'}`);
      if (fix !== undefined) note(`  to get it: ${fix}`);
    },
  });
}

/** One line about what computes. */
export function backendLine({ name, device, threads, blas, precision }: BackendInfo): string {
  const library = blas === null ? '' : `, ${blas}`;
  const lower = precision === 'float32' ? '' : `, products in ${precision}`;
  return `backend ${name}: ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${library}${lower}`;
}
