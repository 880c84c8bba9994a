import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import { version } from '../package.json';

/** The command as a shell takes it. */
export function commandText(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`,
  );
  return ['bnrnn', ...quoted].join(' ');
}

/** What a run's configuration says of the backend that computes. */
export function computedBy({ name, threads, blas, precision, versions }: BackendInfo) {
  return {
    backend: name,
    threads,
    blas,
    precision,
    versions: { node: process.versions.node, ...versions },
  };
}

/**
 * The commit of the code that runs, `-changed` behind it where files differ from it; the package's
 * version where the code is installed rather than checked out.
 */
export function codeVersion(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const released = `@bnrnn/cli ${version}`;
  if (here.includes('node_modules')) return released;
  try {
    const commit = git(here, 'rev-parse', 'HEAD');
    const changed = git(here, 'status', '--porcelain', '--untracked-files=no') !== '';
    return changed ? `${commit}-changed` : commit;
  } catch {
    return released;
  }
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
