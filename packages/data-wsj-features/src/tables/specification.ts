import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, reason } from '../bytes/fault';

/** A table as a user names it, told apart. */
export interface Specification {
  readonly kind: 'scp' | 'archive';
  readonly path: string;
}

const prefixed = /^(ark|scp)(?:,[a-z]{1,3})*:(.+)$/;

/** The path in a table's name: what stands behind Kaldi's `ark:`, `scp:` or `ark,t:`, or all of it. */
export function pathOf(spec: string): string {
  return prefixed.exec(spec)?.[2] ?? spec;
}

/**
 * Tells what a table's name means: a data directory (its `feats.scp`), an scp by its ending, otherwise an archive.
 * Kaldi's own prefixes `scp:` and `ark:` (with options as in `ark,t:`) decide where they stand.
 *
 * @throws DataError when there is no such file or folder.
 */
export async function parseSpecification(spec: string): Promise<Specification> {
  const prefix = prefixed.exec(spec);
  const path = prefix?.[2] ?? spec;
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: 'scp', path: join(path, 'feats.scp') };
  } catch (cause) {
    throw fault({ file: path }, `cannot be opened: ${reason(cause)}.`, { cause });
  }
  if (prefix !== null) return { kind: prefix[1] === 'scp' ? 'scp' : 'archive', path };
  return { kind: /\.scp(\.gz)?$/.test(path) ? 'scp' : 'archive', path };
}
