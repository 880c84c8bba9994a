import { reasonOf, UsageError } from '@bnrnn/core';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, printable } from '../../bytes/fault';

/** A table as a user names it, told apart. */
export interface Specification {
  readonly kind: 'scp' | 'archive';
  readonly path: string;
}

const prefixed = /^(ark|scp)(?:,[a-z]{1,3})*:(.+)$/;

/**
 * The path in a table's name: what stands behind Kaldi's `ark:`, `scp:` or `ark,t:`, or all of it.
 *
 * @throws UsageError for a command or standard input, which Kaldi's tools would take there.
 */
export function pathOf(spec: string): string {
  const path = (prefixed.exec(spec)?.[2] ?? spec).trim();
  if (path === '-') {
    throw new UsageError(`"${printable(spec)}" is standard input, expected a file or a folder.`, {
      hint: 'Write what would be piped to a file, and name that.',
    });
  }
  if (!path.endsWith('|')) return path;
  throw new UsageError(
    `"${printable(spec, 120)}" is a command, which is not run, expected a file or a folder.`,
    { hint: commandHint(path) },
  );
}

/** What to name instead of a command: the files that it unpacks, where it does no more than that. */
function commandHint(command: string): string {
  const unpacks = /^(?:gunzip -c|gzip -(?:cd|dc)|zcat|cat)\s+([^|;&<>]+?)\s*\|$/.exec(command)?.[1];
  return unpacks === undefined
    ? 'Run it yourself, its output into a file, and name that file.'
    : `Name the files themselves, or their folder: ${printable(unpacks, 80)}. Packed files are unpacked here.`;
}

/**
 * Tells what a table's name means: a data directory (its `feats.scp`), an scp by its ending, otherwise an archive.
 * Kaldi's own prefixes `scp:` and `ark:` (with options as in `ark,t:`) decide where they stand.
 *
 * @throws DataError when there is no such file or folder, UsageError for a command.
 */
export async function parseSpecification(spec: string): Promise<Specification> {
  const prefix = prefixed.exec(spec);
  const path = pathOf(spec);
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: 'scp', path: join(path, 'feats.scp') };
  } catch (cause) {
    throw fault({ file: path }, `cannot be opened: ${reasonOf(cause)}.`, { cause });
  }
  if (prefix !== null) return { kind: prefix[1] === 'scp' ? 'scp' : 'archive', path };
  return { kind: /\.scp(\.gz)?$/.test(path) ? 'scp' : 'archive', path };
}
